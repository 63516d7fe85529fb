"""The sequencer on PostgreSQL: nothing missed, nothing doubled, whoever leads."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection

from modules.kernel.messaging import keeper
from modules.kernel.messaging.keeper import Keeper
from modules.kernel.messaging.logs import LeadershipLost, postgresql
from modules.kernel.messaging.logs.postgresql import LEADER_LOCK, PostgresqlLog
from modules.kernel.messaging.models import Message, Position, Sequencer
from modules.kernel.messaging.pulse import Pulse
from modules.kernel.messaging.tests.probe import ThingHappened, publish, tick
from modules.kernel.messaging.unit_of_work import unit_of_work

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="on SQLite the position is the id"
    ),
]


def happened(number: int) -> ThingHappened:
    return ThingHappened(thing="a", number=number)


def in_order() -> list[int]:
    """This gives the numbers of the events by position."""
    positions = Position.objects.order_by("pos").select_related("message")
    numbers = [int(one.message.data.rpartition(":")[2].rstrip("}")) for one in positions]
    assert list(positions.values_list("pos", flat=True)) == list(range(1, len(numbers) + 1))
    return numbers


@contextmanager
def open_transaction(number: int) -> Iterator[None]:
    """This has appended an event, in a transaction that commits when the block ends."""
    appended, commit = Event(), Event()

    def write() -> None:
        with unit_of_work("probe") as work:
            work.append(happened(number))
            work.write_now()
            appended.set()
            assert commit.wait(10)
        connection.close()

    writer = Thread(target=write)
    writer.start()
    assert appended.wait(10)
    yield
    commit.set()
    writer.join(10)


@contextmanager
def led_by_another() -> Iterator[None]:
    """Inside this, another session leads."""
    leads, resign = Event(), Event()

    def lead() -> None:
        log = PostgresqlLog("default")
        assert log.lead()
        leads.set()
        assert resign.wait(10)
        log.resign()
        connection.close()

    other = Thread(target=lead)
    other.start()
    assert leads.wait(10)
    yield
    resign.set()
    other.join(10)


def listens_to() -> list[str]:
    """This gives the channels that our session hears of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_listening_channels()")
        return [row[0] for row in cursor.fetchall()]


class TestTick:
    def test_does_not_pass_over_a_transaction_that_commits_late(self) -> None:
        with open_transaction(1):
            publish(happened(2))
            tick()
            assert in_order() == [2]
        tick()
        assert in_order() == [2, 1]
        first = Message.objects.order_by("id").first()
        assert first is not None
        assert first.data == '{"thing":"a","number":1}', "its id is the smaller one"

    def test_ignores_what_was_rolled_back(self) -> None:
        def append_and_fail() -> None:
            with unit_of_work("probe") as work:
                work.append(happened(1))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            append_and_fail()
        publish(happened(2))
        tick()
        assert in_order() == [2]

    def test_works_a_large_snapshot_off_before_it_looks_at_the_next(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgresql, "TICK_LIMIT", 4)
        log = PostgresqlLog("default")
        assert log.lead()
        with open_transaction(0):
            publish(*(happened(number) for number in range(1, 11)))
            assert log.tick() == 4
        assert [log.tick() for _ in range(4)] == [4, 2, 1, 0]
        log.resign()
        assert in_order() == [*range(1, 11), 0]

    def test_goes_on_in_the_middle_of_a_snapshot_after_its_leader_died(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgresql, "TICK_LIMIT", 4)
        publish(*(happened(number) for number in range(10)))
        log = PostgresqlLog("default")
        assert log.lead()
        log.tick()
        connection.close()  # The session ends, and with it the advisory lock.
        publish(happened(10))
        tick()
        assert in_order() == list(range(11))


class TestLeader:
    def test_is_one_at_a_time(self) -> None:
        log = PostgresqlLog("default")
        assert log.lead()
        answers: list[bool] = []

        def try_to_lead() -> None:
            answers.append(PostgresqlLog("default").lead())
            connection.close()

        other = Thread(target=try_to_lead)
        other.start()
        other.join(10)
        log.resign()
        assert answers == [False]

    def test_listens_to_others_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nobody would read what it says to itself, and its session would keep all of it."""
        monkeypatch.setattr(keeper, "_FOLLOW_SECONDS", 0)
        follower = Keeper("default", Pulse())
        with led_by_another():
            follower.step()
            assert listens_to() == ["quarry_log"]
        publish(happened(1))
        follower.step()
        assert in_order() == [1], "it leads"
        assert listens_to() == []
        follower.close()
        with led_by_another():
            follower.step()
            assert listens_to() == ["quarry_log"]

    def test_is_refused_once_another_has_taken_over(self) -> None:
        old = PostgresqlLog("default")
        assert old.lead()
        with connection.cursor() as cursor:  # As if its session had been cut off.
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LEADER_LOCK])
        publish(happened(1))
        assert tick() == 1
        publish(happened(2))
        with pytest.raises(LeadershipLost):
            old.tick()
        assert in_order() == [1]
        tick()
        assert in_order() == [1, 2]

    def test_must_have_taken_the_lead_before_it_ticks(self) -> None:
        with pytest.raises(LeadershipLost):
            PostgresqlLog("default").tick()


class TestRestore:
    def test_stamps_anew_what_comes_from_another_cluster(self) -> None:
        publish(happened(1), happened(2))
        tick()
        publish(happened(3))
        # What a restore leaves behind: ids of transactions that this cluster has not had yet.
        with connection.cursor() as cursor:
            cursor.execute("UPDATE messaging_message SET xid = '9999999999'")
        Sequencer.objects.update(cluster="another", last_snapshot="9999999990:9999999990:")
        publish(happened(4))
        tick()
        assert in_order() == [1, 2, 3, 4]
        publish(happened(5))
        tick()
        assert in_order() == [1, 2, 3, 4, 5]
