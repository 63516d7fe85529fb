"""Upcasters: one to one, one to many, and drop; in a chain; where messages are delivered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modules.kernel.contracts import Upcast, event, new_id, upcaster
from modules.kernel.messaging import upcasting
from modules.kernel.messaging.catalogue import UnknownMessage, register_message
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.envelope import partition_of
from modules.kernel.messaging.models import Message, OperatorAction
from modules.kernel.messaging.subscriptions import Handler, Subscription
from modules.kernel.messaging.tests.probe import probe_consumer, run, tick
from modules.kernel.messaging.upcasting import BadUpcast, read, register_upcaster


@event("probe.weighed", version=3, key="thing")
class Weighed:
    thing: str
    grams: int


@upcaster("probe.weighed", version=1)
def in_pounds(data: dict[str, Any]) -> dict[str, Any]:
    return {"thing": data["thing"], "ounces": data["pounds"] * 16}


@upcaster("probe.weighed", version=2)
def in_ounces(data: dict[str, Any]) -> dict[str, Any]:
    return {"thing": data["thing"], "grams": round(data["ounces"] * 28.349523125)}


@upcaster("probe.weighed_all", version=1)
def each_by_itself(data: dict[str, Any]) -> Iterator[Upcast]:
    for thing in data["things"]:
        yield Upcast(name="probe.weighed", version=2, data={**data, "thing": thing})


@upcaster("probe.weighed_in_vain", version=1)
def dropped(data: dict[str, Any]) -> tuple[()]:
    return ()


@upcaster("probe.round", version=1)
def round_and_round(data: dict[str, Any]) -> tuple[Upcast, ...]:
    return (Upcast(name="probe.round", version=1, data=data),)


@upcaster("probe.misread", version=1)
def misread(data: dict[str, Any]) -> tuple[Upcast, ...]:
    return (Upcast(name="probe.weighed", version=3, data={"thing": "a", "grams": "many"}),)


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """This registers the upcasters above for one test each."""
    monkeypatch.setattr(upcasting, "_upcasters", {})
    register_message(Weighed)
    for one in (in_pounds, in_ounces, each_by_itself, dropped, round_and_round, misread):
        register_upcaster(one)


def messages(name: str, version: int, text: str) -> list[object]:
    return [one.message for one in read(name, version, text)]


class TestRead:
    def test_decodes_what_is_of_today(self) -> None:
        found = messages("probe.weighed", 3, '{"thing": "a", "grams": 5}')
        assert found == [Weighed(thing="a", grams=5)]

    def test_leads_through_every_version_between(self) -> None:
        found = messages("probe.weighed", 1, '{"thing": "a", "pounds": 2}')
        assert found == [Weighed(thing="a", grams=907)]

    def test_makes_many_of_one(self) -> None:
        found = messages("probe.weighed_all", 1, '{"things": ["a", "b"], "ounces": 1}')
        assert found == [Weighed(thing="a", grams=28), Weighed(thing="b", grams=28)]

    def test_drops_what_is_of_no_use_any_more(self) -> None:
        assert messages("probe.weighed_in_vain", 1, "{}") == []

    def test_refuses_what_is_neither_declared_nor_upcast(self) -> None:
        with pytest.raises(UnknownMessage, match=r"probe\.weighed v9"):
            read("probe.weighed", 9, "{}")

    def test_refuses_upcasters_that_lead_in_a_circle(self) -> None:
        with pytest.raises(BadUpcast, match=r"in a circle through probe\.round v1"):
            read("probe.round", 1, "{}")

    def test_names_the_stored_version_of_what_does_not_fit(self) -> None:
        with pytest.raises(BadUpcast, match=r"probe\.misread v1 is upcast to probe\.weighed v3"):
            read("probe.misread", 1, "{}")


class TestRegisterUpcaster:
    def test_refuses_a_second_one_for_a_version(self) -> None:
        @upcaster("probe.weighed", version=1)
        def another(data: dict[str, Any]) -> dict[str, Any]:
            return data

        with pytest.raises(ValueError, match=r"probe\.weighed v1 has two upcasters"):
            register_upcaster(another)

    def test_refuses_a_function_that_is_none(self) -> None:
        with pytest.raises(ValueError, match="declare it with @upcaster"):
            register_upcaster(lambda data: data)


@pytest.mark.django_db(transaction=True)
class TestDelivery:
    def store(self, name: str, version: int, data: str) -> None:
        Message.objects.create(
            message_id=new_id(),
            source="probe",
            name=name,
            schema_version=version,
            key="a",
            part=partition_of("a"),
            data=data,
            headers="{}",
        )

    def heard(self) -> list[str]:
        return list(OperatorAction.objects.order_by("id").values_list("subject", flat=True))

    def test_gives_a_handler_todays_message_whatever_was_stored(self) -> None:
        self.store("probe.weighed", 1, '{"thing": "a", "pounds": 1}')
        self.store("probe.weighed", 3, '{"thing": "a", "grams": 5}')
        tick()
        consumer = probe_consumer()

        def record(message: Weighed, delivery: Delivery) -> None:
            OperatorAction.objects.create(subject=str(message.grams))

        consumer.subscription = Subscription(
            "probe", "probe", {"probe.weighed": (Handler(record=record),)}
        )
        consumer.attempts.subscription = consumer.subscription
        run(consumer)
        assert self.heard() == ["454", "5"]
