"""Messages that had their effect before their consumer's checkpoint came to them."""

import pytest

from modules.kernel.contracts import new_id
from modules.kernel.messaging import operations, subscriptions
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.models import Handled, Message, Partition
from modules.kernel.messaging.tests.probe import (
    Recorder,
    ThingHappened,
    effects,
    probe_consumer,
    publish,
    run,
    tick,
)

pytestmark = pytest.mark.django_db(transaction=True)


def happened(*numbers: int, thing: str = "a") -> None:
    publish(*(ThingHappened(thing=thing, number=number) for number in numbers))
    tick()


def handled_already(*numbers: int) -> None:
    """This notes messages as who brings a module back does."""
    found, _ = open_log("default").read(after=0, names=None, parts=None, limit=1000)
    for envelope in found:
        if int(envelope.data.rpartition(":")[2].rstrip("}")) in numbers:
            Handled.objects.create(
                consumer="probe",
                source="default",
                part=envelope.partition,
                pos=envelope.position,
            )


class TestHandledAhead:
    @pytest.mark.parametrize("calls_out", [False, True], ids=["in batch", "alone"])
    def test_is_passed_over_and_the_others_are_delivered_in_order(self, calls_out: bool) -> None:
        happened(*range(10))
        handled_already(2, 3, 7)
        recorder = Recorder()
        if calls_out:
            consumer = probe_consumer(
                lambda message, result, delivery: recorder(message, delivery),
                call=lambda message, delivery: None,
            )
        else:
            consumer = probe_consumer(recorder)
        run(consumer)
        assert effects() == [f"a:{number}" for number in (0, 1, 4, 5, 6, 8, 9)]

    def test_is_passed_over_though_it_fills_whole_batches(self) -> None:
        happened(*range(12))
        handled_already(*range(11))
        run(probe_consumer(batch=3))
        assert effects() == ["a:11"]

    def test_is_forgotten_when_the_checkpoint_has_passed_it(self) -> None:
        happened(*range(4))
        handled_already(1, 2)
        consumer = probe_consumer()
        while consumer.step():
            pass
        assert Handled.objects.count() == 2
        consumer._renew_at = 0.0
        consumer.step()
        assert not Handled.objects.exists()
        consumer.close()
        assert effects() == ["a:0", "a:3"]

    def test_is_kept_for_the_next_worker_where_this_one_dies_before_it(self) -> None:
        happened(*range(6))
        handled_already(1, 4)
        dies = probe_consumer(batch=3)
        dies.step()  # 0 and 2, and then no more: its lease runs out.
        Partition.objects.filter(consumer="probe").update(lease_until="2000-01-01T00:00:00Z")
        run(probe_consumer(owner=str(new_id())))
        assert effects() == [f"a:{number}" for number in (0, 2, 3, 5)]
        dies._renew_at = 0.0
        run(dies)
        assert effects() == [f"a:{number}" for number in (0, 2, 3, 5)]

    def test_counts_for_its_consumer_only(self) -> None:
        happened(1)
        handled_already(1)
        Handled.objects.update(consumer="other")
        run(probe_consumer())
        assert effects() == ["a:1"]

    def test_is_forgotten_by_a_replay(self, monkeypatch: pytest.MonkeyPatch) -> None:
        happened(1, 2)
        consumer = probe_consumer()
        monkeypatch.setitem(subscriptions._subscriptions, "probe", consumer.subscription)
        run(consumer)
        handled_already(2)
        operations.replay(consumer="probe", source="default", position=0, operator="test")
        assert Message.objects.count() == 2
        run(probe_consumer())
        assert effects()[-2:] == ["a:1", "a:2"]

    def test_is_forgotten_by_a_replay_under_a_worker_that_goes_on(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        happened(1, 2)
        handled_already(2)
        consumer = probe_consumer()
        monkeypatch.setitem(subscriptions._subscriptions, "probe", consumer.subscription)
        while consumer.step():
            pass
        operations.replay(consumer="probe", source="default", position=0, operator="test")
        consumer._renew_at = 0.0
        run(consumer)
        assert [one for one in effects() if one.startswith("a:")] == ["a:1", "a:1", "a:2"]
