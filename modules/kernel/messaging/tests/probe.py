"""A module that exists in tests only: one event, and effects that can be counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from modules.kernel.contracts import command, event, new_id
from modules.kernel.messaging.catalogue import register_message
from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.models import OperatorAction
from modules.kernel.messaging.subscriptions import Handler, RetryPolicy, Subscription
from modules.kernel.messaging.unit_of_work import unit_of_work


@event("probe.thing_happened", key="thing")
class ThingHappened:
    thing: str
    number: int


@command("probe.do_thing", key="thing")
class DoThing:
    thing: str


register_message(ThingHappened)
register_message(DoThing)


def publish(*messages: object) -> None:
    """This appends messages in one transaction of the probe."""
    with unit_of_work("probe") as work:
        work.append_all(messages)


def tick(database: str = "default") -> int:
    """This sequences what was committed, as a process that leads for a moment."""
    log = open_log(database)
    assert log.lead()
    try:
        return sum(iter(log.tick, 0))
    finally:
        log.resign()


def record_effect(message: ThingHappened, delivery: Delivery) -> None:
    """This is an effect in the consumer's database: one row a delivery."""
    OperatorAction.objects.create(
        operator="probe",
        action=delivery.consumer,
        subject=f"{message.thing}:{message.number}",
        reason=str(delivery.envelope.position),
    )


def effects() -> list[str]:
    """This gives the effects in the order in which they were made."""
    return list(OperatorAction.objects.order_by("id").values_list("subject", flat=True))


@dataclass
class Recorder:
    """This is a handler that records effects, and fails where a test wants it to."""

    fail: Callable[[ThingHappened, Delivery], bool] = lambda message, delivery: False
    attempts: list[tuple[str, int, int]] = field(default_factory=list)

    def __call__(self, message: ThingHappened, delivery: Delivery) -> None:
        self.attempts.append((message.thing, message.number, delivery.attempt))
        record_effect(message, delivery)
        if self.fail(message, delivery):
            raise RuntimeError(f"{message.thing}:{message.number} will not go")


def probe_consumer(
    record: Callable[..., None] = record_effect,
    *,
    call: Callable[..., object] | None = None,
    together: bool = False,
    retry: RetryPolicy | None = None,
    owner: str = "",
    batch: int = 100,
    from_now: bool = False,
    at_once: int = 1,
) -> Consumer:
    """This makes a consumer of the probe's event with one handler."""
    handler = Handler(
        record=record, call=call, together=together, retry=retry or RetryPolicy(attempts=3)
    )
    return Consumer(
        Subscription("probe", "probe", {"probe.thing_happened": (handler,)}, from_now),
        database="default",
        source="default",
        owner=owner or str(new_id()),
        batch=batch,
        at_once=at_once,
    )


def run(consumer: Consumer) -> int:
    """This steps the consumer until it finds nothing to do, and gives its partitions back."""
    done = sum(iter(consumer.step, 0))
    consumer.close()
    return done
