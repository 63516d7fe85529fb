"""Messages handed over together: fewer calls, and every promise of single delivery kept."""

from collections.abc import Sequence

import pytest

from modules.kernel.messaging import subscriptions
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.models import SetAside
from modules.kernel.messaging.subscriptions import Handler, subscribe
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

Received = Sequence[tuple[ThingHappened, Delivery]]


class Recorder:
    """This is a handler of many messages that notes its calls, and refuses one number."""

    def __init__(self, *, refuses: int = -1) -> None:
        self.refuses = refuses
        self.sizes: list[int] = []

    def __call__(self, received: Received) -> None:
        self.sizes.append(len(received))
        for message, delivery in received:
            record_effect(message, delivery)
            if message.number == self.refuses:
                raise RuntimeError(f"{message.number} will not go")


class TestMessagesHandedOverTogether:
    def test_come_in_one_call_a_batch_and_in_the_order_of_the_log(self) -> None:
        publish(*(ThingHappened(thing=f"t{n % 5}", number=n) for n in range(250)))
        tick()
        recorder = Recorder()
        run(probe_consumer(recorder, together=True))
        assert recorder.sizes == [100, 100, 50]
        assert effects() == [f"t{n % 5}:{n}" for n in range(250)]

    def test_are_told_apart_when_one_of_them_fails(self) -> None:
        publish(*(ThingHappened(thing=f"t{n % 3}", number=n) for n in range(9)))
        tick()
        recorder = Recorder(refuses=4)
        run(probe_consumer(recorder, together=True))
        assert recorder.sizes[0] == 9
        assert set(recorder.sizes[1:]) == {1}
        # 4 is of the key t1; what comes after it of that key waits, all else has gone through.
        assert effects() == ["t0:0", "t1:1", "t2:2", "t0:3", "t2:5", "t0:6", "t2:8"]
        assert list(SetAside.objects.order_by("pos").values_list("state", flat=True)) == [
            "retrying",
            "waiting",
        ]

    def test_leave_out_those_whose_key_waits(self) -> None:
        publish(ThingHappened(thing="t1", number=4))
        tick()
        consumer = probe_consumer(Recorder(refuses=4), together=True)
        consumer.step()
        publish(*(ThingHappened(thing=f"t{n % 2}", number=n) for n in range(10, 14)))
        tick()
        run(consumer)
        assert effects() == ["t0:10", "t0:12"]


class TestSubscribe:
    def test_refuses_a_second_handler_beside_one_that_takes_them_together(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(subscriptions, "_subscriptions", {})

        def subscribe_once(*, together: bool) -> None:
            subscribe(
                consumer="probe.together",
                module="probe",
                message_class=ThingHappened,
                handler=Handler(record=record_effect, together=together),
            )

        subscribe_once(together=True)
        with pytest.raises(ValueError, match="needs a consumer of its own"):
            subscribe_once(together=False)
