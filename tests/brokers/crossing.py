"""A message's whole way, from one deployable's transaction to the effect in another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

from django.db.models import QuerySet

from modules.kernel.contracts import event, new_id
from modules.kernel.messaging.brokers import (
    BrokerUnavailable,
    Publisher,
    Reception,
    Relay,
    Route,
    Taken,
    Transport,
)
from modules.kernel.messaging.catalogue import register_message
from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.models import Message, OperatorAction, SetAside
from modules.kernel.messaging.subscriptions import Handler, RetryPolicy, Subscription
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.placements import Hosting
from tests.brokers.databases import HERE, THERE
from tests.brokers.envelopes import an_envelope
from tests.faults.waiting import wait_until

#: How long anything may take here; the slowest is a group of Kafka consumers that forms anew.
WITHIN_SECONDS = 40.0


@event("probe.noted", key="thing")
class Noted:
    thing: str
    number: int
    text: str = ""


@event("probe.unheard", key="thing")
class Unheard:
    """This interests nobody in the other deployable."""

    thing: str


register_message(Noted)
register_message(Unheard)


class Way(Protocol):
    """This is what carries messages between the two databases; the suite tries each."""

    def carry(self) -> int:
        """This moves what there is to move, and gives how much that was."""

    def close(self) -> None:
        """This lets all connections go, without a word to the other side."""


def route(deployable: str = "audience") -> Route:
    """This gives what the other deployable listens to."""
    return Route(deployable=deployable, modules=("probe",), names=("probe.greeted", "probe.noted"))


class OverBroker:
    """This is relay, broker and reception."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.relay = new_relay(transport)
        self.reception = Reception(transport, route(), database=THERE)
        self.taken: list[Taken] = []

    def carry(self) -> int:
        return self.carry_out() + self.receive()

    def carry_out(self) -> int:
        """This relays one batch."""
        sequence(HERE)
        return self.relay.step()

    def receive(self) -> int:
        """This receives once, and begins anew where the broker is away."""
        try:
            taken = self.reception.step(timeout_seconds=0.2)
        except BrokerUnavailable:
            self.reception.close()
            self.reception = Reception(self.transport, route(), database=THERE)
            return 0
        self.taken.append(taken)
        return taken.all

    def listen(self) -> None:
        """This has the receiver make its queues and join its group before anything is sent."""
        probe = self.transport.publisher()
        try:
            wait_until(
                lambda: self._hears(probe), what="the receiver hears", seconds=WITHIN_SECONDS
            )
        finally:
            probe.close()
        while self.receive():
            pass
        self.taken.clear()

    def _hears(self, publisher: Publisher) -> bool:
        try:
            publisher.publish([an_envelope(name="probe.greeted")])
        except BrokerUnavailable:
            publisher.close()
        return self.receive() > 0

    def close(self) -> None:
        self.relay.close()
        self.reception.close()


class Embedded:
    """This is one deployable: the consumer reads the publisher's log itself."""

    def carry(self) -> int:
        return sequence(HERE)

    def close(self) -> None:
        """There is nothing to let go."""


class Audience:
    """This is the consumer in the other deployable, whose effects are counted."""

    def __init__(self, source: str) -> None:
        self.fails: Callable[[Noted], bool] = lambda message: False
        handler = Handler(record=self._record, retry=RetryPolicy(attempts=3))
        self.consumer = Consumer(
            Subscription("audience", "audience", {"probe.noted": (handler,)}),
            database=THERE,
            source=source,
            owner=str(new_id()),
        )

    def hear(self) -> int:
        """This delivers what has come."""
        sequence(self.consumer.source)
        made_due = SetAside.objects.using(THERE).filter(state="retrying")
        made_due.update(due_at="2000-01-01T00:00:00Z")
        self.consumer.look_again()
        return sum(iter(self.consumer.step, 0))

    def _record(self, message: Noted, delivery: Delivery) -> None:
        OperatorAction.objects.using(THERE).create(
            operator="audience",
            action=message.thing[:40],
            subject=str(message.number),
            reason=message.text,
        )
        if self.fails(message):
            raise RuntimeError(f"{message.thing}:{message.number} will not go")


def new_relay(transport: Transport) -> Relay:
    at = Hosting(here=frozenset({"probe"}), remote=frozenset({"audience"}), broker_url="")
    return Relay(transport, source=HERE, database=HERE, owner=str(new_id()), at=at)


def publish(*messages: object) -> None:
    """This appends messages in one transaction of the publishing deployable."""
    with unit_of_work("probe") as work:
        work.append_all(messages)


def notes(count: int, *, keys: int = 5, begin: int = 0) -> list[Noted]:
    """This gives messages numbered in the order of their publication, over some keys."""
    return [Noted(thing=f"k{n % keys}", number=n) for n in range(begin, begin + count)]


def sequence(database: str) -> int:
    """This gives positions to what was committed."""
    log = open_log(database)
    return log.tick() if log.lead() else 0


def effects() -> dict[str, list[int]]:
    """This gives the numbers by key, in the order of their effects."""
    found: dict[str, list[int]] = defaultdict(list)
    for key, number in _effects().order_by("id").values_list("action", "subject"):
        found[key].append(int(number))
    return dict(found)


def expected(messages: list[Noted]) -> dict[str, list[int]]:
    """This gives the effects of messages: each once, in order per key."""
    found: dict[str, list[int]] = defaultdict(list)
    for message in messages:
        found[message.thing].append(message.number)
    return dict(found)


def count_of_effects() -> int:
    return _effects().count()


def _effects() -> QuerySet[OperatorAction]:
    return OperatorAction.objects.using(THERE).filter(operator="audience")


def received() -> QuerySet[Message]:
    """This gives what stands in the other deployable's log, without the greetings."""
    return Message.objects.using(THERE).exclude(name="probe.greeted")


def settle(way: Way, audience: Audience, *, until: Callable[[], bool], what: str) -> None:
    """This carries and delivers until the condition is met."""

    def met() -> bool:
        way.carry()
        audience.hear()
        return until()

    wait_until(met, what=what, seconds=WITHIN_SECONDS, every_seconds=0.005)
