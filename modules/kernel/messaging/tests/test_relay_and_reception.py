"""Relay and reception on each database, over a broker that is a list.

The brokers themselves are tried in `tests/brokers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import pytest

from modules.kernel.contracts import Personal, event, new_id
from modules.kernel.messaging.brokers import (
    BrokerUnavailable,
    NobodyListens,
    Publisher,
    Received,
    Receiver,
    Reception,
    Relay,
    Route,
    Taken,
    Undeliverable,
)
from modules.kernel.messaging.brokers.cloudevents import attributes_of
from modules.kernel.messaging.catalogue import decode, register_message
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.models import Inbox, Message, SetAside
from modules.kernel.messaging.subscriptions import RetryPolicy
from modules.kernel.messaging.tests.probe import ThingHappened, publish, tick
from modules.kernel.placements import Hosting

pytestmark = pytest.mark.django_db(transaction=True)

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


class TestRelay:
    def test_publishes_in_order_and_each_once(self) -> None:
        broker = ListBroker()
        happened(*range(50))
        relay = new_relay(broker)
        while relay.step():
            pass
        relay.close()
        happened(50, 51)
        relay = new_relay(broker)
        while relay.step():
            pass
        relay.close()
        assert broker.numbers() == [str(number) for number in range(52)]

    def test_waits_for_a_broker_that_is_away(self) -> None:
        broker = ListBroker(is_away=True)
        happened(1, 2)
        relay = new_relay(broker)
        assert relay.step() == 0
        assert 0 < relay.idle_seconds <= 0.1
        broker.is_away = False
        relay._paused_until = 0.0
        assert relay.step() == 2
        relay.close()
        assert broker.numbers() == ["1", "2"]
        assert not SetAside.objects.exists()

    def test_publishes_nothing_that_came_from_elsewhere(self) -> None:
        broker = ListBroker()
        happened(1)
        Message.objects.update(source="elsewhere")
        relay = new_relay(broker)
        relay.step()
        relay.close()
        assert broker.numbers() == []

    def test_parks_what_cannot_go_with_the_later_ones_of_its_key(self) -> None:
        broker = ListBroker(too_large=2)
        happened(1, 2, 3)
        happened(4, thing="b")
        relay = new_relay(broker)
        relay.step()
        assert broker.numbers() == ["1", "4"]
        states = SetAside.objects.order_by("pos").values_list("state", "error")
        assert list(states) == [("parked", "too large"), ("waiting", "")]
        broker.too_large = -1
        SetAside.objects.filter(state="parked").update(
            state="retrying", attempts=0, due_at="2000-01-01T00:00:00Z"
        )
        relay.look_again()
        while relay.step():
            relay.look_again()
        relay.close()
        assert broker.numbers() == ["1", "4", "2", "3"]

    def test_waits_for_a_broker_that_is_away_with_what_was_set_aside(self) -> None:
        """However often it tries: what an operator has let go on is not parked once more."""
        broker = ListBroker(too_large=1)
        happened(1, 2, 3)
        relay = new_relay(broker)
        relay.step()
        broker.is_away = True
        SetAside.objects.get(state="parked").delete()
        for _ in range(RetryPolicy().attempts + 1):
            SetAside.objects.update(due_at="2000-01-01T00:00:00Z")
            relay.look_again()
            relay._paused_until = 0.0
            broker.is_closed = False
            assert relay.step() == 0
            assert broker.is_closed
            assert relay.idle_seconds > 0
        assert set(SetAside.objects.values_list("attempts", flat=True)) == {0}
        assert not SetAside.objects.filter(state="parked").exists()
        broker.is_away = False
        relay._paused_until = 0.0
        while SetAside.objects.update(due_at="2000-01-01T00:00:00Z"):
            relay.look_again()
            assert relay.step() == 1
        relay.close()
        assert broker.numbers() == ["2", "3"]

    def test_counts_what_the_broker_refuses_and_parks_it_after_its_attempts(self) -> None:
        broker = ListBroker(too_large=1)
        happened(1)
        relay = new_relay(broker)
        relay.step()
        SetAside.objects.update(state="retrying", attempts=0)
        for attempts in range(1, RetryPolicy().attempts + 1):
            SetAside.objects.update(due_at="2000-01-01T00:00:00Z")
            relay.look_again()
            assert relay.step() == 1
            assert SetAside.objects.get().attempts == attempts
        relay.close()
        parked = SetAside.objects.get()
        assert (parked.state, parked.error.splitlines()[-1][-9:]) == ("parked", "too large")

    @pytest.mark.parametrize(
        ("error", "becomes"),
        [
            (BrokerUnavailable("it may not"), ("retrying", 0)),
            (NobodyListens("nobody"), ("retrying", 1)),
            (KeyError("unforeseen"), ("retrying", 1)),
        ],
    )
    def test_is_not_held_up_by_one_that_was_set_aside(
        self, error: Exception, becomes: tuple[str, int]
    ) -> None:
        """What goes wrong with that one alone is no matter of the others."""
        broker = ListBroker(too_large=1)
        happened(1)
        relay = new_relay(broker)
        relay.step()
        broker.too_large, broker.refused_alone = -1, {1: error}
        SetAside.objects.update(state="retrying", attempts=0, due_at="2000-01-01T00:00:00Z")
        relay.look_again()
        happened(2, thing="b")
        relay.step()
        relay.close()
        assert broker.numbers() == ["2"]
        assert SetAside.objects.values_list("state", "attempts").get() == becomes

    def test_parks_what_turns_out_undeliverable_and_publishes_the_others(self) -> None:
        broker = ListBroker(undeliverable=3)
        happened(1, 2, 3, 4)
        happened(5, thing="b")
        relay = new_relay(broker)
        assert relay.step() == 5
        relay.close()
        # Again from the beginning, as after any failure: the inbox knows what had arrived.
        assert broker.numbers() == ["1", "2", "1", "2", "5"]
        states = SetAside.objects.order_by("pos").values_list("state", "error")
        assert list(states) == [("parked", "too large after all"), ("waiting", "")]

    def test_judges_what_is_personal_as_it_is_published(self) -> None:
        broker = ListBroker(unwanted="Ann")
        publish(Named(person="p-1", name="Ann"))
        happened(1)
        relay = new_relay(broker)
        relay.step()
        relay.close()
        assert broker.numbers() == ["1"]
        assert SetAside.objects.get().error == "unwanted"


class TestReception:
    def sent(self, *numbers: int) -> ListBroker:
        """This gives a broker that has messages of a log that is not here any more."""
        broker = ListBroker()
        happened(*numbers)
        relay = new_relay(broker)
        while relay.step():
            pass
        relay.close()
        Message.objects.all().delete()
        return broker

    def test_appends_each_message_once_in_order(self) -> None:
        broker = self.sent(*range(7))
        broker.messages += broker.messages[:3]
        reception = Reception(broker, ROUTE)
        assert reception.step() == Taken(appended=7, duplicates=3)
        broker.messages += broker.acknowledged[-4:]
        assert reception.step() == Taken(duplicates=4)
        data = Message.objects.order_by("id").values_list("data", flat=True)
        assert [one[-2] for one in data] == [str(number) for number in range(7)]
        assert Inbox.objects.count() == 7
        message = Message.objects.earliest("id")
        assert (message.source, message.stream) == ("probe", None)
        assert '"publishedat"' in message.headers

    def test_knows_what_the_log_has_already(self) -> None:
        broker = self.sent(1, 2)
        Reception(broker, ROUTE).step()
        Inbox.objects.all().delete()  # As if it had been here before its module moved away.
        broker.messages += broker.acknowledged
        assert Reception(broker, ROUTE).step() == Taken(duplicates=2)
        assert Message.objects.count() == 2

    def test_leaves_to_newer_routes_what_it_would_pass_over(self) -> None:
        broker = self.sent(1, 2)
        broker.messages.insert(0, Received(attributes={}, body=b"?", token=None))
        other = Route(deployable="here", modules=("probe",), names=("probe.other",))
        reception = Reception(broker, other, still_holds=lambda: False)
        assert reception.step() == Taken()
        assert (len(broker.messages), broker.refused, broker.is_closed) == (3, [], True)
        assert Reception(broker, ROUTE, still_holds=lambda: False).step() == Taken(
            appended=2, refused=1
        )

    def test_refuses_what_is_no_message_and_passes_over_what_nobody_handles(self) -> None:
        broker = self.sent(1, 2)
        broker.messages[0] = Received(attributes={}, body=b"?", token=None)
        other = Route(deployable="here", modules=("probe",), names=("probe.other",))
        assert Reception(broker, other).step() == Taken(refused=1, passed_over=1)
        assert broker.refused == ["specversion is None, not '1.0'"]
        assert broker.messages == []

    def named(self, data: str) -> Received:
        """This gives a message of another release, or of anybody."""
        attributes = {
            "specversion": "1.0",
            "id": str(new_id()),
            "source": "/modules/probe",
            "type": "probe.named.v1",
            "subject": "p-1",
            "time": "2026-01-31T12:00:00+00:00",
        }
        return Received(attributes=attributes, body=data.encode(), token=None)

    def test_takes_what_lacks_a_personal_field_that_may_be_left_out(self) -> None:
        broker = self.sent(1)
        broker.messages.insert(0, self.named('{"person":"p-1","name":"Ann"}'))
        assert Reception(broker, ROUTE).step() == Taken(appended=2)
        data = Message.objects.get(name="probe.named").data
        assert "Ann" not in data
        assert decode("probe.named", 1, data) == Named(person="p-1", name="Ann")

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            ('{"name":"Ann"}', "'person', whom what is personal in it belongs to, is missing"),
            ('{"person":"p-1","name":' + "[" * 600 + "]" * 600 + "}", "recursion"),
            ('{"person":"p-1","name":"Ann","number":1e999}', "Number out of range"),
        ],
        ids=["of nobody", "too deep", "too large a number"],
    )
    def test_refuses_what_cannot_be_sealed_and_takes_what_is_behind_it(
        self, data: str, why: str
    ) -> None:
        broker = self.sent(1, 2)
        broker.messages.insert(1, self.named(data))
        assert Reception(broker, ROUTE).step() == Taken(appended=2, refused=1)
        (refused,) = broker.refused
        assert why in refused
        assert broker.messages == []
        assert Inbox.objects.count() == 2
