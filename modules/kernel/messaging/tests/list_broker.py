"""A broker that is a list, and a relay and a route over it.

The brokers themselves are tried in `tests/brokers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from modules.kernel.contracts import Personal, event, new_id
from modules.kernel.messaging.brokers import (
    BrokerUnavailable,
    Publisher,
    Received,
    Receiver,
    Relay,
    Route,
    Undeliverable,
)
from modules.kernel.messaging.brokers.cloudevents import attributes_of
from modules.kernel.messaging.catalogue import register_message
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.tests.probe import ThingHappened, publish, tick
from modules.kernel.placements import Hosting

AT = Hosting(here=frozenset({"probe"}), remote=frozenset({"elsewhere"}), broker_url="")
ROUTE = Route(deployable="here", modules=("probe",), names=("probe.named", "probe.thing_happened"))


@event("probe.named", key="person")
class Named:
    person: str
    name: Annotated[str, Personal(of="person")]
    nickname: Annotated[str, Personal(of="person")] = ""


register_message(Named)


@dataclass
class ListBroker:
    """This is a broker in a list: transport, publisher and receiver in one."""

    messages: list[Received] = field(default_factory=list)
    acknowledged: list[Received] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    is_away: bool = False
    is_closed: bool = False
    too_large: int = -1
    undeliverable: int = -1
    unwanted: str = "nothing"
    refused_alone: dict[int, Exception] = field(default_factory=dict)

    def publisher(self) -> Publisher:
        return self

    def receiver(self, route: Route) -> Receiver:
        return self

    def forget(self, route: Route) -> None:
        self.messages.clear()

    def refusal(self, envelope: Envelope) -> str | None:
        if self.unwanted in envelope.data:
            return "unwanted"
        return "too large" if f'"number":{self.too_large}}}' in envelope.data else None

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        if self.is_away:
            raise BrokerUnavailable("gone fishing")
        for one in envelopes:
            is_too_large = f'"number":{self.undeliverable}}}' in one.data
            if why := "too large after all" if is_too_large else self.refusal(one):
                raise Undeliverable(why)
            for number, error in self.refused_alone.items():
                if f'"number":{number}}}' in one.data:
                    raise error
            sent = Received(attributes=attributes_of(one), body=one.data.encode(), token=None)
            self.messages.append(sent)

    def receive(self, *, limit: int, timeout_seconds: float) -> Sequence[Received]:
        return self.messages[:limit]

    def acknowledge(self, received: Sequence[Received]) -> None:
        self.acknowledged += received
        del self.messages[: len(received)]

    def refuse(self, received: Received, reason: str) -> None:
        self.refused.append(reason)

    def close(self) -> None:
        self.is_closed = True

    def numbers(self) -> list[str]:
        return [one.body.decode().rpartition(":")[2].rstrip("}") for one in self.messages]


def new_relay(broker: ListBroker, owner: str = "") -> Relay:
    owner = owner or str(new_id())
    return Relay(broker, source="default", owner=owner, at=AT)


def happened(*numbers: int, thing: str = "a") -> None:
    publish(*(ThingHappened(thing=thing, number=number) for number in numbers))
    tick()
