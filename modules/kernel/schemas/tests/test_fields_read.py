"""Which fields a handler reads: followed where it can be, and all of them where it cannot."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from modules.kernel.schemas.fields_read import fields_read


@dataclass(frozen=True, kw_only=True)
class Sold:
    order_id: str
    amount_minor: int
    note: str


def reads_two(message: Sold, delivery: object) -> None:
    assert message.order_id
    assert message.amount_minor


def reads_nothing(message: Sold, delivery: object) -> None:
    assert delivery


def hands_it_on(message: Sold, delivery: object) -> None:
    note(message, when=1)


def hands_it_on_by_name(message: Sold, delivery: object) -> None:
    note(when=message.amount_minor, about=message)


def note(about: Sold, *, when: int) -> str:
    return about.note


def goes_round(message: Sold, delivery: object) -> None:
    if message.order_id:
        goes_round(message, delivery)


def keeps_it(message: Sold, delivery: object) -> list[Sold]:
    return [message]


def sends_it_to_a_library(message: Sold, delivery: object) -> str:
    return json.dumps(message)


def gives_it_another_name(message: Sold, delivery: object) -> str:
    other = message
    return other.note


def reads_by_a_name_in_a_variable(message: Sold, delivery: object) -> object:
    return getattr(message, str(delivery))


def is_given_what_it_calls(message: Sold, delivery: object) -> None:
    note = delivery
    note(message)  # type: ignore[operator]  # a local name that is also a global one


def made_elsewhere(fields: Any) -> Any:
    return lambda message, delivery: fields(message)


class Caller:
    def __call__(self, message: Sold, delivery: object) -> str:
        return self.tell(message)

    def handle(self, message: Sold, delivery: object) -> str:
        return message.order_id

    def tell(self, message: Sold) -> str:
        return message.note


class TestFieldsRead:
    @pytest.mark.parametrize(
        ("handler", "fields"),
        [
            (reads_two, {"order_id", "amount_minor"}),
            (reads_nothing, set()),
            (hands_it_on, {"note"}),
            (hands_it_on_by_name, {"note", "amount_minor"}),
            (goes_round, {"order_id"}),
            (Caller().handle, {"order_id"}),
        ],
    )
    def test_are_followed_from_function_to_function(self, handler: Any, fields: set[str]) -> None:
        assert fields_read(handler) == frozenset(fields)

    @pytest.mark.parametrize(
        "handler",
        [
            keeps_it,
            sends_it_to_a_library,
            gives_it_another_name,
            reads_by_a_name_in_a_variable,
            is_given_what_it_calls,
            made_elsewhere(note),
            Caller(),
            print,
        ],
    )
    def test_may_be_all_where_the_message_cannot_be_followed(self, handler: Any) -> None:
        assert fields_read(handler) is None
