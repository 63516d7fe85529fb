"""Projections in the running system: each message once, and nothing left out without a word."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from modules.kernel.eventstore.erasure import erase
from modules.kernel.messaging.testing import drain
from modules.kernel.messaging.tests.probe import ThingHappened, publish, tick
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.readmodels import generations, switching
from modules.kernel.readmodels.lag import lag_of
from modules.kernel.readmodels.metrics import read_model_exposition
from modules.kernel.readmodels.models import Checkpoint, TakenAhead
from modules.kernel.readmodels.projector import Projector
from modules.kernel.readmodels.reading import CommandReadsReadModel, read
from modules.kernel.readmodels.rebuild import rebuild
from modules.kernel.readmodels.status import status
from modules.kernel.readmodels.tests.overlapping import overlap, project_overlapping
from modules.kernel.readmodels.tests.tallies import Tallies, Tally, ThingNamed


def happen(*numbers: int, thing: str = "a") -> None:
    publish(*(ThingHappened(thing=thing, number=number) for number in numbers))


def tally(thing: str = "a") -> tuple[int, int]:
    rows = read(Tallies, lambda: list(Tally.objects.filter(thing=thing)))
    return (rows[0].times, rows[0].last) if rows else (0, 0)


@contextmanager
def being_at_it(tallies: Tallies) -> Iterator[None]:
    """Inside this another transaction has the checkpoint, which it will not have moved."""

    def have() -> None:
        with transaction.atomic():
            generation = generations.live(tallies)
            list(Checkpoint.objects.select_for_update().filter(generation=generation))
            has_it.set()
            assert let_go.wait(20)
        connection.close()

    has_it, let_go = Event(), Event()
    other = Thread(target=have)
    other.start()
    try:
        assert has_it.wait(10)
        yield
    finally:
        let_go.set()
        other.join(10)


class TestAReadModel:
    def test_has_each_message_once(self, tallies: Tallies) -> None:
        happen(*range(25))
        drain()
        happen(25)
        drain()
        assert tally() == (26, 25)
        assert lag_of(tallies).positions == 0

    def test_follows_a_log_that_came_after_it(
        self, tallies: Tallies, request: pytest.FixtureRequest
    ) -> None:
        """A module gets a database of its own; what it says from then on is in the log there."""
        happen(1)
        drain()
        rebuild(tallies, lambda progress: None)
        request.getfixturevalue("second_log")
        happen(2)
        drain()
        assert tally() == (2, 2)
        assert lag_of(tallies).positions == 0
        switching.rollback(tallies)
        assert tally() == (2, 2)

    def test_takes_a_batch_back_whose_checkpoint_did_not_move(self, tallies: Tallies) -> None:
        def fail_once(events: object, tables: object) -> None:
            if not failures:
                failures.append(1)
                raise RuntimeError("not now")

        failures: list[int] = []
        tallies.disturb.append(fail_once)
        happen(1, 2)
        drain()
        assert tally() == (0, 0)
        [row] = status("probe.tallies")
        assert "not now" in row.error
        assert row.lag_positions >= 2
        drain()
        assert tally() == (2, 2)
        assert next(status("probe.tallies")).error == ""

    def test_passes_over_what_it_has_taken_in_elsewhere(self, tallies: Tallies) -> None:
        happen(1)
        drain()
        happen(*range(2, 30))
        tick()
        [checkpoint] = Checkpoint.objects.filter(generation__projection=tallies.name)
        first = checkpoint.pos + 1
        TakenAhead.objects.bulk_create(
            TakenAhead(checkpoint=checkpoint, pos=first + number) for number in (0, 3, 27)
        )
        drain()
        assert tally() == (26, 28)
        assert not TakenAhead.objects.exists()

    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="writers on SQLite take turns")
    def test_goes_on_once_the_other_that_was_at_it_has_gone(self, tallies: Tallies) -> None:
        """It died, or had the checkpoint stand still to compare: no message comes after that."""
        projector = Projector(tallies, "default")
        happen(1)
        tick()
        with being_at_it(tallies):
            assert projector.step() == 0
        assert sum(iter(projector.step, 0)) > 0
        assert tally() == (1, 1)

    def test_tells_others_of_what_was_committed(self, tallies: Tallies) -> None:
        happen(1, 2)
        drain()
        assert tallies.told == [1, 2]

    def test_is_not_read_by_a_command(self, tallies: Tallies) -> None:
        generations.ensure(tallies)
        with pytest.raises(CommandReadsReadModel, match="lags behind"), unit_of_work("probe"):
            tally()

    def test_forgets_a_person_in_every_generation(self, tallies: Tallies) -> None:
        publish(ThingNamed(thing="a", owner="ann", owner_name="Ann Smith"))
        publish(ThingNamed(thing="b", owner="bob", owner_name="Bob Brown"))
        drain()
        assert Tally.objects.get(thing="a").owner_name == "Ann Smith"
        erased = erase("ann", operator="op", reason="asked for it")
        assert erased.rows == 1
        names = dict(Tally.objects.values_list("thing", "owner_name"))
        assert names == {"a": "[erased]", "b": "Bob Brown"}

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="writers on SQLite take turns")
    def test_has_the_news_of_two_logs_of_one_thing(self, tallies: Tallies) -> None:
        happen(1, thing="a")
        drain()
        one, other = (
            [ThingHappened(thing=thing, number=2) for thing in names] for names in ("abc", "cba")
        )
        project_overlapping(tallies, one, other)
        assert [tally(thing) for thing in "abc"] == [(3, 2), (2, 2), (2, 2)]

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="writers on SQLite take turns")
    def test_reads_what_it_adds_to_once_no_other_log_adds_to_it(self, tallies: Tallies) -> None:
        """Also before the other has written anything: it has read, and will write."""
        happen(1, thing="a")
        drain()
        tables = generations.tables_of(tallies, generations.live(tallies))
        row = tables.model(Tally)(thing="a")
        overlap(
            tallies.database,
            lambda: tables.locked([row], of=Tally),
            lambda: tables.locked([row], of=Tally),
        )


class TestStatus:
    def test_says_that_the_code_has_moved_on(
        self, tallies: Tallies, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        happen(1)
        drain()
        monkeypatch.setattr(Tallies, "version", 2)
        happen(2)
        drain()
        [row] = status("probe.tallies")
        assert row.needs_rebuild
        assert 'quarry_read_model_stopped{read_model="probe.tallies"} 1.0' in (
            read_model_exposition().decode()
        )
        assert tally() == (1, 1)
