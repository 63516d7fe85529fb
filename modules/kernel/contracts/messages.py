"""Declaring messages: `@event` for facts, `@command` for requests.

    @event("payments.payment_captured", version=1, key="order_id")
    class PaymentCaptured:
        order_id: str
        amount_minor: int

The decorator makes the class a frozen, slotted, keyword-only dataclass and
attaches its `MessageContract`. Nothing is registered here: a registry is filled
when the module's `AppConfig` is ready (`modules.kernel.manifests`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TypeVar, dataclass_transform

T = TypeVar("T")

_WIRE_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\.[a-z][a-z0-9]*(_[a-z0-9]+)*")


class Kind(StrEnum):
    """This tells a fact, which anybody may hear, from a request to one module."""

    EVENT = "event"
    COMMAND = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageContract:
    """This is what the bus must know of a message class.

    Attributes:
        name: wire name, ``module.snake_case``; the module is the publisher of an
            event and the receiver of a command.
        version: schema version, from 1 up.
        key: the field whose value orders messages: two messages with one key are
            seen by every consumer in the order in which they were committed.
    """

    kind: Kind
    name: str
    version: int
    key: str

    @property
    def module(self) -> str:
        return self.name.partition(".")[0]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(name: str, /, *, version: int = 1, key: str) -> Callable[[type[T]], type[T]]:
    """This declares a fact, named in the past tense, under its wire name."""
    return _declare(MessageContract(kind=Kind.EVENT, name=name, version=version, key=key))


@dataclass_transform(frozen_default=True, kw_only_default=True)
def command(name: str, /, *, version: int = 1, key: str) -> Callable[[type[T]], type[T]]:
    """This declares a request, named in the imperative, under its wire name."""
    return _declare(MessageContract(kind=Kind.COMMAND, name=name, version=version, key=key))


def contract_of(message: object) -> MessageContract:
    """This gives the contract of a message or of a message class.

    Raises:
        TypeError: the class was not declared with `@event` or `@command`.
    """
    contract = getattr(message, "__contract__", None)
    if not isinstance(contract, MessageContract):
        kind = message if isinstance(message, type) else type(message)
        raise TypeError(f"{kind.__qualname__} is not a message: declare it with @event or @command")
    return contract


def _declare(contract: MessageContract) -> Callable[[type[T]], type[T]]:
    if not _WIRE_NAME.fullmatch(contract.name):
        raise ValueError(f"wire name {contract.name!r} is not of the form module.snake_case")

    def decorate(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        if contract.key not in {field.name for field in fields(made)}:  # type: ignore[arg-type]  # a dataclass by now
            raise ValueError(f"{contract.name}: its key {contract.key!r} is not one of its fields")
        made.__contract__ = contract  # type: ignore[attr-defined]  # read back by contract_of only
        return made

    return decorate
