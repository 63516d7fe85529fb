"""Reading one's own writes: a token waits for its transaction, not for a position."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import pytest
from django.db import connection, connections
from pytest_django import Settings

from modules.kernel.messaging.drivers.delivering import message_threads
from modules.kernel.messaging.testing import drain
from modules.kernel.messaging.tests.probe import DoThing, ThingHappened, publish, tick
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.messaging.write_tokens import (
    BadToken,
    WriteToken,
    collecting,
    parse,
    place_of,
)
from modules.kernel.readmodels import generations, news
from modules.kernel.readmodels.reading import ReadModelBehind, log_seen_from, read, wanting
from modules.kernel.readmodels.tests.tallies import Tallies, Tally
from modules.kernel.readmodels.where import Place

_NAMES = ("probe.thing_happened",)


@pytest.fixture
def running(tallies: Tallies) -> Iterator[Tallies]:
    """This is the read model while the threads of the embedded driver keep it up to date."""
    generations.ensure(tallies)
    threads = message_threads()
    threads.start()
    yield tallies
    threads.stop()


def write(number: int, thing: str = "a") -> tuple[WriteToken, ...]:
    """This publishes, and gives the token of it."""
    with collecting() as tokens:
        publish(ThingHappened(thing=thing, number=number))
    return tuple(tokens.values())


def times(thing: str = "a") -> int:
    rows = read(Tallies, lambda: list(Tally.objects.filter(thing=thing)))
    return rows[0].times if rows else 0


class TestATokenInARead:
    def test_has_it_wait_for_the_write(self, running: Tallies) -> None:
        for number in range(1, 6):
            with wanting(write(number)) as wanted:
                assert times() == number
            assert wanted.lags["probe.tallies"].positions >= 0

    def test_says_how_far_behind_it_is_after_the_deadline(self, tallies: Tallies) -> None:
        write(0)
        drain()
        token = write(1)
        tick()
        with (
            pytest.raises(ReadModelBehind, match="1 positions") as raised,
            wanting(token, deadline_seconds=0.05),
        ):
            times()
        assert raised.value.facts["positions_behind"] == 1
        assert raised.value.facts["seconds_behind"] != 0
        drain()
        with wanting(token, deadline_seconds=0.05):
            assert times() == 2

    def test_is_refused_without_waiting_where_no_answer_ever_gave_it(
        self, tallies: Tallies, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Anybody could hold a thread and a connection with it for as long as a read may wait."""
        [token] = write(0)
        tick()
        waits: list[float] = []
        monkeypatch.setattr(news, "wait", waits.append)
        invented = WriteToken(database="default", mark=10**18)
        with pytest.raises(BadToken, match="never given"), wanting((invented,)):
            times()
        assert waits == []
        with pytest.raises(ReadModelBehind), wanting((token,), deadline_seconds=0.05):
            times()
        assert waits != []

    def test_is_satisfied_at_once_where_nothing_of_it_concerns_the_read_model(
        self, tallies: Tallies
    ) -> None:
        generations.ensure(tallies)
        with collecting() as tokens:
            publish(DoThing(thing="a"))
        tick()
        drain()
        with wanting(tuple(tokens.values()), deadline_seconds=0.0):
            assert times() == 0

    def test_is_seen_by_every_one_of_many_who_write_at_once(self, running: Tallies) -> None:
        """Each reads back its own writes at once, while seven others commit in between."""

        def write_and_read(worker: int) -> list[tuple[int, int]]:
            seen = []
            for number in range(1, 9):
                with wanting(write(number, f"thing-{worker}"), deadline_seconds=20):
                    seen.append((number, times(f"thing-{worker}")))
            connection.close()
            return seen

        with ThreadPoolExecutor(8) as pool:
            for seen in pool.map(write_and_read, range(8)):
                assert [read for _, read in seen] == [written for written, _ in seen]


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="writers on SQLite take turns")
class TestThePlaceOfAToken:
    def test_is_unknown_until_its_own_rows_have_positions(self, tallies: Tallies) -> None:
        """A later transaction commits first: by positions alone, the earlier one seems seen."""
        appended, commit = Event(), Event()
        tokens: list[WriteToken] = []

        def write_slowly() -> None:
            with collecting() as found:
                with unit_of_work("probe") as work:
                    work.append(ThingHappened(thing="slow", number=1))
                    work.write_now()
                    appended.set()
                    assert commit.wait(20)
                tokens.extend(found.values())
            connection.close()

        writer = Thread(target=write_slowly)
        writer.start()
        assert appended.wait(10)
        [quick] = write(2, "quick")
        tick()
        assert place_of(quick, names=_NAMES) == 1
        commit.set()
        writer.join(10)
        [slow] = tokens
        assert slow.mark < quick.mark
        assert place_of(slow, names=_NAMES) is None
        tick()
        assert place_of(slow, names=_NAMES) == 2

    def test_is_the_last_of_its_rows(self, tallies: Tallies) -> None:
        with collecting() as tokens:
            publish(*(ThingHappened(thing="a", number=number) for number in range(3)))
        tick()
        assert place_of(tokens["default"], names=_NAMES) == 3

    def test_is_unknown_for_a_transaction_to_come(self, tallies: Tallies) -> None:
        [token] = write(1)
        tick()
        later = WriteToken(database="default", mark=token.mark + 1_000_000)
        assert place_of(later, names=_NAMES) is None


class TestLogSeenFrom:
    @pytest.mark.parametrize(
        ("replica_of", "log", "expected"),
        [
            ("default", "default", "replica"),
            ("default", "payments", "payments"),
            ("read", "default", "default"),
        ],
    )
    def test_is_a_replica_only_where_that_has_the_log(
        self, settings: Settings, replica_of: str, log: str, expected: str
    ) -> None:
        settings.QUARRY_REPLICA_DATABASE = "replica"
        settings.QUARRY_REPLICA_OF = replica_of
        token = WriteToken(database=log, mark=1)
        assert log_seen_from(Place(alias="replica"), token) == expected
        assert log_seen_from(Place(alias="default"), token) == log


class TestParse:
    def test_reads_what_an_answer_gave(self) -> None:
        token = WriteToken(database="default", mark=4711)
        assert parse(str(token)) == (token,)

    def test_leaves_out_what_another_deployable_gave(self, settings: Settings) -> None:
        settings.QUARRY_REMOTE_MODULES = ["payments"]
        settings.QUARRY_DEPLOYABLE = "shop"
        token = WriteToken(database="default", mark=4711)
        assert str(token) == "shop/default.4711"
        assert parse("payments/default.1,shop/default.4711,default.5") == (token,)

    def test_refuses_a_database_without_a_log(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(connections.settings, "read", {})
        with pytest.raises(BadToken):
            parse("read.1")

    @pytest.mark.parametrize("text", ["", "x", "default", "default.x", "nowhere.1", "default.1;"])
    def test_refuses_all_else(self, text: str) -> None:
        with pytest.raises(BadToken):
            parse(text)
