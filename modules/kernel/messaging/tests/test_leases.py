"""Leases: shared fairly, taken over from the dead, fenced against the late."""

import math
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.envelope import PARTITIONS, Envelope, partition_of
from modules.kernel.messaging.models import Partition, SetAside, Worker
from modules.kernel.messaging.subscriptions import RetryPolicy
from modules.kernel.messaging.tests.probe import (
    Recorder,
    ThingHappened,
    effects,
    probe_consumer,
    publish,
    record_effect,
    run,
    tick,
)

pytestmark = pytest.mark.django_db(transaction=True)


def expire(consumer: Consumer) -> None:
    """This lets the consumer's leases run out, as if its process had been silent."""
    owner = consumer.leases.owner
    Partition.objects.filter(owner=owner).update(lease_until=Now())
    Worker.objects.filter(owner=owner).update(seen_until=Now())


def things(count: int) -> None:
    publish(*(ThingHappened(thing=f"t{number}", number=number) for number in range(count)))
    tick()


def renew(*consumers: Consumer) -> list[int]:
    """This has each renew in turn, and gives how much each holds in the end."""
    for _ in range(3):  # One hears of another, gives up its share, the other takes it.
        for one in consumers:
            one.leases.renew()
    return [len(one.leases.held) for one in consumers]


class TestLeases:
    def test_are_shared_fairly_as_workers_come_and_go(self) -> None:
        first, second, third = (probe_consumer(owner=name) for name in "abc")
        assert renew(first) == [PARTITIONS]
        assert renew(first, second) == [32, 32]
        assert sum(renew(first, second, third)) == PARTITIONS
        assert max(renew(first, second, third)) == 22
        third.close()
        assert renew(first, second) == [32, 32]

    def test_are_shared_without_a_trace_of_who_died_long_ago(self) -> None:
        for owner in ("lately", "long ago"):
            renew(probe_consumer(owner=owner))
        Worker.objects.filter(owner="lately").update(seen_until=Now())
        Worker.objects.filter(owner="long ago").update(seen_until=Now() - timedelta(days=2))
        renew(probe_consumer(owner="alive"))
        assert {one.owner for one in Worker.objects.all()} == {"alive", "lately"}

    def test_let_no_partition_be_held_twice(self) -> None:
        first, second = probe_consumer(owner="a"), probe_consumer(owner="b")
        renew(first, second)
        assert not set(first.leases.held) & set(second.leases.held)

    def test_refuse_the_commit_of_a_worker_paused_past_its_lease(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        things(20)
        fresh, paused = probe_consumer(owner="fresh"), probe_consumer(owner="paused")
        read = paused.log.read

        def read_and_pause(**wanted: Any) -> tuple[list[Envelope], int]:
            found = read(**wanted)
            expire(paused)
            fresh.leases.renew()
            return found

        monkeypatch.setattr(paused.log, "read", read_and_pause)
        assert paused.step() == 0
        assert effects() == [], "its whole batch is rolled back"
        assert not paused.leases.held
        run(fresh)
        assert effects() == [f"t{number}:{number}" for number in range(20)]

    def test_tell_a_message_that_kills_its_worker_by_counting_before_it_is_handled(self) -> None:
        class Killed(BaseException):
            """This stands for the end of the process: nothing of ours handles it."""

        def kill(message: ThingHappened, delivery: object) -> None:
            if message.thing == "poison":
                raise Killed

        publish(ThingHappened(thing="good", number=1), ThingHappened(thing="poison", number=2))
        tick()
        recorder = Recorder()

        def handle(message: ThingHappened, delivery: object) -> None:
            kill(message, delivery)
            recorder(message, delivery)  # type: ignore[arg-type]  # a Delivery

        for attempt in range(4):
            worker = probe_consumer(
                handle, owner=f"worker {attempt}", retry=RetryPolicy(attempts=2)
            )
            SetAside.objects.filter(state="retrying").update(due_at=Now())
            try:
                run(worker)
            except Killed:
                expire(worker)
        parked = SetAside.objects.get()
        assert (parked.key, parked.state, parked.attempts) == ("poison", "parked", 2)
        assert effects() == ["good:1"]

    def test_are_taken_at_once_by_their_own_thread_when_it_begins_anew(self) -> None:
        class Broken(BaseException):
            """This stands for what ends a step, and is not the handler's failure."""

        breaks = [True]

        def break_once(message: ThingHappened, delivery: Delivery) -> None:
            if breaks:
                breaks.pop()
                raise Broken
            record_effect(message, delivery)

        things(1)
        before = probe_consumer(break_once, owner="thread")
        with pytest.raises(Broken):
            before.step()
        after = probe_consumer(owner="thread")
        assert after.step() == 1
        assert effects() == ["t0:0"]
        things(2)
        before._renew_at = math.inf  # It does not notice by itself.
        assert before.step() == 0, "its epoch is over"
        assert effects() == ["t0:0"]
        run(after)
        assert effects() == ["t0:0", "t0:0", "t1:1"]

    def test_are_kept_where_another_was_lost(self) -> None:
        consumer = probe_consumer(owner="ours")
        consumer.step()
        consumer._renew_at = math.inf
        lost = Partition.objects.filter(part=partition_of("t0"))
        lost.update(owner="theirs", epoch=F("epoch") + 1)
        things(2)
        assert consumer.step() == 0, "of one is said that it was lost"
        assert consumer.step() == 1
        assert effects() == ["t1:1"]
        assert lost.get().owner == "theirs"


class TestStart:
    def test_of_a_new_consumer_is_the_beginning_of_the_log(self) -> None:
        publish(ThingHappened(thing="a", number=1))
        tick()
        run(probe_consumer())
        assert effects() == ["a:1"]

    def test_is_the_end_of_the_log_where_it_asks_for_that(self) -> None:
        publish(ThingHappened(thing="a", number=1))
        tick()
        run(probe_consumer(from_now=True))
        publish(ThingHappened(thing="a", number=2))
        tick()
        run(probe_consumer(from_now=True))
        assert effects() == ["a:2"]
