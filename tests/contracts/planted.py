"""Changes of an event, each before and after, as a developer would make them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

from modules.kernel.contracts import event
from modules.kernel.schemas import Direction

BACKWARD, FORWARD = Direction.BACKWARD, Direction.FORWARD


@dataclass(frozen=True, kw_only=True)
class Planted:
    """This is a change that must be refused.

    Attributes:
        before, after: the event's class.
        direction: who breaks first.
        path: the place in the message.
        hint: a part of what a person is told it looks like.
    """

    before: type
    after: type
    direction: Direction
    path: str
    hint: str = ""


class Card(msgspec.Struct, frozen=True, tag="card"):
    last_four: str


class Transfer(msgspec.Struct, frozen=True, tag="transfer"):
    iban: str


class Channel(StrEnum):
    SHOP = "shop"
    PHONE = "phone"


class ShopOnly(StrEnum):
    SHOP = "shop"


@dataclass(frozen=True, kw_only=True)
class Line:
    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True)
class LineWithPrice:
    sku: str
    quantity: int
    price_minor: int


@dataclass(frozen=True, kw_only=True)
class LineOfText:
    sku: str
    quantity: str


def an_event(*, key: str = "order_id", version: int = 1, **fields: Any) -> type:
    """This makes an event class ``shop.sold`` with these fields; a pair is type and default."""
    kinds = {name: kind[0] if isinstance(kind, tuple) else kind for name, kind in fields.items()}
    defaults = {name: kind[1] for name, kind in fields.items() if isinstance(kind, tuple)}
    body = {"__annotations__": {"order_id": str, **kinds}, "__module__": __name__, **defaults}
    declare = event("shop.sold", version=version, key=key)
    return declare(type("Sold", (), body))


PLANTED = {
    "a field renamed": Planted(
        before=an_event(customer_id=str), after=an_event(customer_ref=str),
        direction=BACKWARD, path="customer_ref", hint="looks like a rename: customer_id is gone",
    ),
    "a unit changed with its name": Planted(
        before=an_event(weight_grams=int), after=an_event(weight_kg=int),
        direction=FORWARD, path="weight_grams", hint="like another unit: weight_grams is gone",
    ),
    "minor units become an amount": Planted(
        before=an_event(amount_minor=int), after=an_event(amount=Decimal),
        direction=BACKWARD, path="amount", hint="another unit: amount_minor is gone and amount",
    ),
    "the same name in another unit and type": Planted(
        before=an_event(amount=int), after=an_event(amount=Decimal),
        direction=FORWARD, path="amount", hint="amount is integer before and format: decimal",
    ),
    "a required field added": Planted(
        before=an_event(), after=an_event(currency=str), direction=BACKWARD, path="currency",
    ),
    "a required field removed": Planted(
        before=an_event(currency=str), after=an_event(), direction=FORWARD, path="currency",
    ),
    "an optional field becomes required": Planted(
        before=an_event(note=(str, "")), after=an_event(note=str),
        direction=BACKWARD, path="note",
    ),
    "a required field becomes optional": Planted(
        before=an_event(note=str), after=an_event(note=(str, "")),
        direction=FORWARD, path="note",
    ),
    "a type narrowed": Planted(
        before=an_event(weight=float), after=an_event(weight=int),
        direction=BACKWARD, path="weight", hint="weight is number before and integer after",
    ),
    "a type widened": Planted(
        before=an_event(weight=int), after=an_event(weight=float),
        direction=FORWARD, path="weight",
    ),
    "an optional field of another type": Planted(
        before=an_event(note=(str, "")), after=an_event(note=(int, 0)),
        direction=BACKWARD, path="note",
    ),
    "an enum's value removed": Planted(
        before=an_event(channel=Channel), after=an_event(channel=ShopOnly),
        direction=BACKWARD, path="channel",
    ),
    "a literal's value added": Planted(
        before=an_event(channel=Literal["shop"]), after=an_event(channel=Literal["shop", "app"]),
        direction=FORWARD, path="channel",
    ),
    "null no longer read": Planted(
        before=an_event(note=str | None), after=an_event(note=str),
        direction=BACKWARD, path="note",
    ),
    "null sent where there was none": Planted(
        before=an_event(note=str), after=an_event(note=str | None),
        direction=FORWARD, path="note",
    ),
    "a bound drawn closer": Planted(
        before=an_event(quantity=int), after=an_event(quantity=Annotated[int, msgspec.Meta(ge=1)]),
        direction=BACKWARD, path="quantity", hint="another meaning needs another name",
    ),
    "a text that must be shorter": Planted(
        before=an_event(note=str), after=an_event(note=Annotated[str, msgspec.Meta(max_length=3)]),
        direction=BACKWARD, path="note",
    ),
    "text becomes a time": Planted(
        before=an_event(at=str), after=an_event(at=datetime), direction=BACKWARD, path="at",
    ),
    "a required field added to the lines": Planted(
        before=an_event(lines=tuple[Line, ...]), after=an_event(lines=tuple[LineWithPrice, ...]),
        direction=BACKWARD, path="lines[0].price_minor",
    ),
    "another type in the lines": Planted(
        before=an_event(lines=tuple[Line, ...]), after=an_event(lines=tuple[LineOfText, ...]),
        direction=FORWARD, path="lines[0].quantity",
    ),
    "one of a list": Planted(
        before=an_event(line=tuple[Line, ...]), after=an_event(line=Line),
        direction=BACKWARD, path="line",
    ),
    "another type in a map": Planted(
        before=an_event(labels=dict[str, str]), after=an_event(labels=dict[str, int]),
        direction=BACKWARD, path="labels['text']",
    ),
    "an alternative no longer read": Planted(
        before=an_event(paid_by=Card | Transfer), after=an_event(paid_by=Card),
        direction=BACKWARD, path="paid_by.last_four",
    ),
    "an alternative too many": Planted(
        before=an_event(paid_by=Card | None), after=an_event(paid_by=Card | Transfer | None),
        direction=FORWARD, path="paid_by.last_four",
    ),
}  # fmt: skip

HARMLESS = {
    "nothing": (an_event(a=str), an_event(a=str)),
    "an optional field added": (an_event(), an_event(note=(str, ""))),
    "an optional null added": (an_event(), an_event(note=(str | None, None))),
    "a default changed": (an_event(note=(str, "")), an_event(note=(str, "-"))),
    "fields in another order": (an_event(a=str, b=int), an_event(b=int, a=str)),
    "an enum becomes a literal": (an_event(a=Channel), an_event(a=Literal["shop", "phone"])),
    "a list becomes a set of lines": (an_event(a=tuple[Line, ...]), an_event(a=list[Line])),
}
