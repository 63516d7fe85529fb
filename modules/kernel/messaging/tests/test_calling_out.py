"""Calls outside any transaction: several at once, and one during which another takes over."""

import threading

import pytest
from django.db import Error, connection
from django.db.models import F
from django.db.models.functions import Now

from modules.kernel.messaging import operations
from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.envelope import partition_of
from modules.kernel.messaging.models import Partition, SetAside, Worker
from modules.kernel.messaging.subscriptions import RetryPolicy
from modules.kernel.messaging.tests.probe import (
    ThingHappened,
    effects,
    probe_consumer,
    publish,
    record_effect,
    run,
    tick,
)

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """This ends a process where it stands."""


def record(message: ThingHappened, result: object, delivery: Delivery) -> None:
    record_effect(message, delivery)


def call_threads() -> int:
    return [thread.name for thread in threading.enumerate()].count("call")


def make_due(consumer: Consumer | None = None) -> None:
    """This has what is set aside tried again in the next step, also of one that goes on."""
    SetAside.objects.update(due_at="2000-01-01T00:00:00Z")
    if consumer is not None:
        consumer.look_again()


def take_over() -> None:
    """This lets all leases run out, and has another worker do what there is to do."""
    Partition.objects.update(lease_until=Now())
    Worker.objects.update(seen_until=Now())
    make_due()
    run(probe_consumer(record, call=lambda message, delivery: "done", owner="other"))


class TestAWorkerThatIsLateWithItsAnswer:
    def test_is_refused_where_another_has_recorded_one_since(self) -> None:
        calls: list[str] = []

        def call(message: ThingHappened, delivery: Delivery) -> str:
            if not calls:
                calls.append("late")
                take_over()
            return "late"

        publish(ThingHappened(thing="a", number=1))
        tick()
        late: Consumer = probe_consumer(record, call=call, owner="late")
        assert late.step() == 0
        assert not late.leases.held
        assert effects() == ["a:1"]
        assert not SetAside.objects.exists()


class TestCallsAtTheSameTime:
    def test_are_of_other_keys_and_those_of_a_key_keep_their_order(self) -> None:
        three_call = threading.Barrier(3, timeout=20)
        called: list[tuple[str, int]] = []

        def call(message: ThingHappened, delivery: Delivery) -> None:
            three_call.wait()
            called.append((message.thing, message.number))

        publish(*(ThingHappened(thing=key, number=number) for number in (1, 2) for key in "abc"))
        tick()
        run(probe_consumer(record, call=call, at_once=3))
        assert sorted(called[:3]) == [("a", 1), ("b", 1), ("c", 1)]
        assert sorted(effects()) == ["a:1", "a:2", "b:1", "b:2", "c:1", "c:2"]
        assert not SetAside.objects.exists()

    def test_begin_as_soon_as_one_of_them_is_over(self) -> None:
        last_has_called = threading.Event()

        def call(message: ThingHappened, delivery: Delivery) -> None:
            if message.thing == "slow":
                assert last_has_called.wait(20)
            if message.thing == "last":
                last_has_called.set()

        publish(*(ThingHappened(thing=key, number=1) for key in ("slow", "a", "b", "last")))
        tick()
        run(probe_consumer(record, call=call, at_once=2))
        assert effects()[-1] == "slow:1"
        assert len(effects()) == 4

    def test_that_fail_hold_up_their_own_keys_only_and_are_tried_again_together(self) -> None:
        two_call = threading.Barrier(2, timeout=20)

        def call(message: ThingHappened, delivery: Delivery) -> None:
            if message.thing != "good":
                two_call.wait()
            if message.thing != "good" and delivery.attempt < 3:
                raise RuntimeError("not yet")

        publish(
            ThingHappened(thing="bad", number=1),
            ThingHappened(thing="worse", number=1),
            ThingHappened(thing="good", number=1),
        )
        tick()
        consumer = probe_consumer(record, call=call, at_once=2, retry=RetryPolicy(attempts=3))
        consumer.step()
        assert effects() == ["good:1"]
        for _ in range(2):
            make_due(consumer)
            consumer.step()
        consumer.close()
        assert sorted(effects()) == ["bad:1", "good:1", "worse:1"]

    @pytest.mark.parametrize("dies_in", [1, 2], ids=["at first", "after it has failed"])
    def test_are_not_made_with_one_that_the_process_may_have_died_of(self, dies_in: int) -> None:
        """Counted, and without an error: what is tried with it would lose its attempts to it."""
        three_call = threading.Barrier(3, timeout=20)
        called_in: list[int] = []

        def call(message: ThingHappened, delivery: Delivery) -> None:
            if delivery.attempt <= dies_in:
                three_call.wait()
            if delivery.attempt < dies_in:
                raise RuntimeError("not yet")
            if delivery.attempt == dies_in:
                raise Killed
            called_in.append(threading.get_ident())

        publish(*(ThingHappened(thing=key, number=1) for key in "abc"))
        tick()
        killed = probe_consumer(record, call=call, at_once=3, retry=RetryPolicy(attempts=8))
        for _ in range(dies_in - 1):
            killed.step()
            make_due(killed)
        with pytest.raises(Killed):
            killed.step()
        killed.close()
        assert set(SetAside.objects.values_list("attempts", "error")) == {(dies_in, "")}
        make_due()
        run(probe_consumer(record, call=call, at_once=3, retry=RetryPolicy(attempts=8)))
        assert called_in == [threading.get_ident()] * 3

    def test_are_not_made_with_one_that_was_parked_because_it_kills(self) -> None:
        kills = [True]
        called_in: list[int] = []

        def call(message: ThingHappened, delivery: Delivery) -> None:
            if kills:
                raise Killed
            called_in.append(threading.get_ident())

        publish(*(ThingHappened(thing=key, number=1) for key in "ab"))
        tick()
        killed = probe_consumer(record, call=call, retry=RetryPolicy(attempts=1))
        for _ in "ab":
            with pytest.raises(Killed):
                killed.step()
        killed.close()
        make_due()
        run(probe_consumer(record, call=call, retry=RetryPolicy(attempts=1)))
        kills.clear()
        parked = operations.set_aside(state="parked")
        assert len(parked) == 2
        for one in parked:
            operations.retry(
                consumer="probe", source="default", position=one.position, operator="ann"
            )
        run(probe_consumer(record, call=call, at_once=2))
        assert called_in == [threading.get_ident()] * 2

    def test_leave_no_thread_behind_where_there_is_nothing_more_to_do(self) -> None:
        publish(*(ThingHappened(thing=key, number=1) for key in "ab"))
        tick()
        consumer = probe_consumer(record, call=lambda message, delivery: None, at_once=2)
        assert consumer.step() == 2
        assert call_threads() == 2
        assert consumer.step() == 0
        assert call_threads() == 0

    def test_leave_no_thread_behind_where_a_connection_was_lost(self) -> None:
        """The driver begins anew, with another consumer."""
        two_call = threading.Barrier(2, timeout=20)

        def call(message: ThingHappened, delivery: Delivery) -> None:
            two_call.wait()
            if message.thing == "a":
                connection.ensure_connection()
                connection.connection.close()

        publish(*(ThingHappened(thing=key, number=1) for key in "ab"))
        tick()
        consumer = probe_consumer(record, call=call, at_once=2)
        with pytest.raises(Error):
            consumer.step()
        assert effects() == ["b:1"]
        assert call_threads() == 0
        assert SetAside.objects.get().key == "a", "it is counted, and due again"

    def test_are_recorded_where_the_lease_of_another_is_lost_meanwhile(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        forgotten = threading.Event()

        def call(message: ThingHappened, delivery: Delivery) -> None:
            forgotten.wait(0.5)  # Longer than it takes to lose the lease, and to forget all.

        consumer = probe_consumer(record, call=call, at_once=2)
        consumer.step()
        Partition.objects.filter(part=partition_of("b")).update(epoch=F("epoch") + 1)
        forget = consumer.leases.forget

        def forget_and_tell() -> None:
            forget()
            forgotten.set()

        monkeypatch.setattr(consumer.leases, "forget", forget_and_tell)
        publish(*(ThingHappened(thing=key, number=1) for key in "ab"))
        tick()
        assert consumer.step() == 0
        assert forgotten.is_set()
        assert effects() == ["a:1"]
        assert not SetAside.objects.exists()
        consumer.close()

    def test_end_the_step_where_one_loses_its_lease(self) -> None:
        def call(message: ThingHappened, delivery: Delivery) -> None:
            if message.thing == "a":
                take_over()

        publish(*(ThingHappened(thing=key, number=1) for key in "ab"))
        tick()
        late = probe_consumer(record, call=call, at_once=2, owner="late")
        assert late.step() == 0
        assert not late.leases.held
        late.close()
        take_over()  # The other may have been set aside after the first look.
        assert sorted(effects()) == ["a:1", "b:1"]
        assert not SetAside.objects.exists()
