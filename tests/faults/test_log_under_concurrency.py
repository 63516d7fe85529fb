"""The log on PostgreSQL, searched for a message that is missed, doubled or out of order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker, Settings

from modules.kernel.messaging.logs import open_log, postgresql
from tests.faults.effects import effects_by_thing, keep_consuming, make_effects
from tests.faults.readers import NaiveReader, PositionReader, Reader, keep_reading
from tests.faults.scratch_database import aliased, make_log_tables, scratch_database
from tests.faults.searching import Search, begin_search
from tests.faults.sequencers import keep_sequencing
from tests.faults.waiting import wait_until
from tests.faults.writers import Writer, counts, make_counts

WRITERS = 6
ALIAS = "faults"

_LEASE_SECONDS = 1.5  # Those of a consumer that was cut off are waited out.
_TICK_LIMIT = 25  # So that leaders die in the middle of a snapshot.


@pytest.fixture
def log(
    postgres_server: str,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[str]:
    settings.QUARRY_DATABASES = {"probe": ALIAS}
    monkeypatch.setattr(postgresql, "TICK_LIMIT", _TICK_LIMIT)
    settings.QUARRY_LEASE_SECONDS = _LEASE_SECONDS
    with (
        django_db_blocker.unblock(),
        scratch_database(postgres_server) as url,
        aliased(ALIAS, url) as alias,
    ):
        make_log_tables(alias)
        make_counts(alias)
        make_effects(alias)
        yield alias


@contextmanager
def threads(runs: list[Callable[[], None]], stop: threading.Event) -> Iterator[None]:
    started = [threading.Thread(target=run) for run in runs]
    for thread in started:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in started:
            thread.join(30)


def cut_connections(alias: str, search: Search) -> None:
    """This ends a session of one or the other until the search is over."""
    chance = search.chance("cuts")
    wait = threading.Event()
    while search.goes_on:
        wait.wait(chance.uniform(0.1, 0.6))
        role = chance.choice(["sequencer", "sequencer", "writer", "consumer"])
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = %s LIMIT 1",
                [role],
            )


def search_with(
    reader: Reader, alias: str, search: Search, *, patience_seconds: float = 30.0
) -> None:
    """This lets writers, sequencers, consumers and the reader loose, then lets them finish."""
    stop_writing, stop = threading.Event(), threading.Event()
    writers = [
        Writer(
            alias=alias, number=number, search=search, stop=stop_writing, passed=reader.has_passed
        )
        for number in range(WRITERS)
    ]
    runs: list[Callable[[], None]] = [
        lambda: keep_reading(reader, alias, stop),
        *(
            lambda n=n: keep_sequencing(alias, stop, search.chance("sequencer", n))
            for n in range(2)
        ),
        *(lambda n=n: keep_consuming(alias, f"consumer-{n}", stop) for n in range(2)),
    ]
    with threads(runs, stop):
        with threads([writer.run for writer in writers], stop_writing):
            cut_connections(alias, search)
        written = sum(counts(alias).values())
        wait_until(
            lambda: open_log(alias).head() >= written,
            what="all has a position",
            seconds=patience_seconds,
        )
        wait_until(
            lambda: sum(map(len, effects_by_thing(alias).values())) >= written,
            what="all has its effect",
        )
        wait_until(lambda: reader.read_next() == 0, what="the reader is at the end")


def ids_by_position(alias: str) -> list[tuple[int, str, str, int]]:
    """This gives (position, message id, key, number) of all that has a position."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT p.pos, m.message_id::text, m.key, (m.data::json ->> 'number')::int"
            " FROM messaging_position p JOIN messaging_message m ON m.id = p.message_id"
            " ORDER BY p.pos"
        )
        return list(cursor.fetchall())


def search_and_check(alias: str, search: Search, *, patience_seconds: float = 30.0) -> None:
    """This searches, and compares positions, effects and what was read with what was written."""
    reader = PositionReader(alias)
    search_with(reader, alias, search, patience_seconds=patience_seconds)
    expected = {name: list(range(1, count + 1)) for name, count in counts(alias).items()}
    rows = ids_by_position(alias)
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1)), "positions are dense"
    by_thing: dict[str, list[int]] = {}
    for _, _, thing, number in rows:
        by_thing.setdefault(thing, []).append(number)
    assert by_thing == expected, "each key's and stream's messages, in order"
    assert effects_by_thing(alias) == expected, "each message's effect once, in order"
    assert reader.gaps == []
    assert reader.seen == [row[1] for row in rows]


def _replace_in_tick(patch: pytest.MonkeyPatch, right: str, wrong: str) -> None:
    assert right in postgresql._TICK
    patch.setattr(postgresql, "_TICK", postgresql._TICK.replace(right, wrong))


def forgets_who_was_under_way_at_its_last_look(patch: pytest.MonkeyPatch) -> None:
    right = "WHERE m.xid = ANY (%(xip)s::text[]::xid8[])"
    _replace_in_tick(patch, right, f"{right} AND false")


def goes_on_before_a_large_snapshot_is_worked_off(patch: pytest.MonkeyPatch) -> None:
    def moved(self: postgresql._Progress, given: int, last_id: int, snapshot: str) -> None:
        self.pos += given
        self.last = snapshot

    patch.setattr(postgresql, "TICK_LIMIT", 2)  # So that many snapshots are large.
    patch.setattr(postgresql._Progress, "moved", moved)


def orders_what_it_takes_in_another_way(patch: pytest.MonkeyPatch) -> None:
    wrong = "SELECT (SELECT min(pos) + max(pos) FROM given) - pos, id FROM given RETURNING"
    _replace_in_tick(patch, "SELECT pos, id FROM given RETURNING", wrong)


PLANTED = (
    forgets_who_was_under_way_at_its_last_look,
    goes_on_before_a_large_snapshot_is_worked_off,
    orders_what_it_takes_in_another_way,
)


class TestTheLog:
    def test_misses_nothing_doubles_nothing_and_keeps_the_order(self, log: str) -> None:
        search_and_check(log, begin_search(usual_seconds=6, share=0.6))

    def test_would_miss_messages_if_it_were_read_by_id(self, log: str) -> None:
        search = begin_search(usual_seconds=2, share=0)
        reader = NaiveReader(log)
        search_with(reader, log, search)
        missed = {row[1] for row in ids_by_position(log)} - set(reader.seen)
        assert missed, "the load is such that a naive reader fails the test above"

    @pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
    def test_would_fail_with_a_sequencer_that(
        self, log: str, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None]
    ) -> None:
        plant(monkeypatch)
        search = begin_search(usual_seconds=1.5, share=0)
        with pytest.raises(AssertionError):
            search_and_check(log, search, patience_seconds=1.5)
