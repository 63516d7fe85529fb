"""Streams: optimistic concurrency, snapshots, history."""

from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from modules.kernel.contracts import Upcast, new_id, upcaster
from modules.kernel.eventstore import StreamConflict, StreamKind
from modules.kernel.eventstore import snapshots as snapshots_module
from modules.kernel.eventstore.kinds import declare
from modules.kernel.eventstore.models import Snapshot
from modules.kernel.eventstore.store import EventStore
from modules.kernel.eventstore.tests.jar import JARS, Jar, JarEmpty, JarGiven, give, jars, put_in
from modules.kernel.messaging.context import on_behalf_of
from modules.kernel.messaging.models import Message
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.messaging.upcasting import register_upcaster

pytestmark = pytest.mark.django_db(transaction=True)


class TestChange:
    def test_appends_what_was_decided_and_gives_the_new_state(self) -> None:
        put_in("a", 5)
        changed = jars.change("a", lambda jar: jar.take(3))
        assert (changed.state.coins, changed.version) == (2, 2)
        assert jars.load("a") == changed

    def test_changes_nothing_where_the_decision_refuses(self) -> None:
        put_in("a", 5)
        with pytest.raises(JarEmpty):
            jars.change("a", lambda jar: jar.take(6))
        assert jars.load("a").version == 1

    def test_refuses_a_decision_on_a_version_that_has_passed(self) -> None:
        put_in("a", 5)
        with pytest.raises(StreamConflict), unit_of_work("probe") as work:
            work.append_to_stream("probe.jar-a", Jar("a").put_in(1), expected_version=0)

    def test_never_takes_more_than_there_is_however_many_take_at_once(self) -> None:
        put_in("a", 10)
        start = Barrier(6)
        taken: list[int] = []

        def take() -> None:
            start.wait(10)
            for _ in range(5):
                try:
                    jars.change("a", lambda jar: jar.take(1))
                    taken.append(1)
                except (JarEmpty, StreamConflict):
                    pass
            connection.close()

        threads = [Thread(target=take) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        state = jars.load("a").state
        assert state.coins == 10 - len(taken) >= 0


class TestSnapshots:
    def test_are_where_a_load_begins(self) -> None:
        put_in("a", 1, 2, 3, 4, 5)
        [kept] = Snapshot.objects.all()
        assert kept.stream_version == 4
        found = snapshots_module.find(JARS, "default", "a")
        assert found is not None
        assert (found[0].coins, found[1]) == (10, 4)
        assert jars.load("a").state.coins == 15

    def test_of_other_code_are_passed_over(self) -> None:
        put_in("a", 1, 2, 3, 4)
        Snapshot.objects.update(code="of another version")
        assert snapshots_module.find(JARS, "default", "a") is None
        assert jars.load("a").state.coins == 10

    def test_of_what_is_personal_must_belong_to_somebody(self) -> None:
        with pytest.raises(ValueError, match="StreamKind"):
            declare(
                StreamKind(
                    module="probe", category="probe.secret", aggregate=Jar, events=(JarGiven,)
                )
            )


class TestHistory:
    def test_says_who_why_and_what_caused_it(self) -> None:
        with on_behalf_of("user:ann", reason="pocket money"):
            put_in("a", 5)
        [record] = jars.history("a")
        assert (record.who, record.why) == ("user:ann", "pocket money")
        assert record.effective_at == record.recorded_at

    def test_gives_a_page(self) -> None:
        put_in("a", 1, 2, 3)
        assert [one.version for one in jars.history("a", after=1, limit=1)] == [2]


class TestReplay:
    def test_gives_all_events_in_order_with_their_streams(self) -> None:
        put_in("a", 1)
        give("b", "bob", "Bob")
        put_in("a", 2)
        found = [(stream, type(event).__name__) for stream, event in jars.replay(chunk=2)]
        assert found == [
            ("probe.jar-a", "CoinsPutIn"),
            ("probe.jar-b", "JarGiven"),
            ("probe.jar-a", "CoinsPutIn"),
        ]


@upcaster("probe.coins_swapped", version=1)
def swap_apart(data: dict[str, Any]) -> list[Upcast]:
    """This reads an event that is not made any more as the two that stand for it now."""
    jar = data["jar"]
    return [
        Upcast(name="probe.coins_put_in", version=1, data={"jar": jar, "coins": data["put_in"]}),
        Upcast(name="probe.coins_taken", version=1, data={"jar": jar, "coins": data["taken"]}),
    ]


register_upcaster(swap_apart)


class TestAnEventOfAnOlderVersion:
    def test_is_read_as_what_it_is_today(self) -> None:
        put_in("a", 5)
        Message.objects.create(
            message_id=new_id(),
            source="probe",
            name="probe.coins_swapped",
            schema_version=1,
            key="a",
            part=0,
            stream="probe.jar-a",
            stream_version=2,
            data='{"jar":"a","put_in":10,"taken":3}',
            headers="{}",
        )
        loaded = jars.load("a")
        assert (loaded.state.coins, loaded.version) == (12, 2)
        assert jars.load_past("a", version=2).state.coins == 12
        assert [type(one.event).__name__ for one in jars.history("a", after=1)] == [
            "CoinsPutIn",
            "CoinsTaken",
        ]
        assert len(list(jars.replay())) == 3
        assert jars.change("a", lambda jar: jar.take(12)).version == 3


class TestEventStore:
    def test_gives_an_empty_aggregate_for_what_has_no_events(self) -> None:
        assert EventStore(JARS).load("nobody").version == 0
