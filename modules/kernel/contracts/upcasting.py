"""Upcasters: how what was stored in an older version becomes what is read today.

    @upcaster("payments.payment_captured", version=1)
    def payment_captured_v1(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "amount_minor": round(data.pop("amount") * 100)}

A pure function on plain data, in a module's ``contracts/upcasters.py``, from one version to
the next; versions between are passed through one after the other. It gives a `dict`, the
data of the next version; or any number of `Upcast`, of whatever names; or none of them, which
drops the message. Nothing is registered here: `modules.kernel.manifests` does.

Source: "upcaster", after G. Young, "Versioning in an Event Sourced System" (2017).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

#: Given the data, which it may change, it gives those of the next version or other messages.
Upcaster: TypeAlias = Callable[[dict[str, Any]], "dict[str, Any] | Iterable[Upcast]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcast:
    """This is one message as plain data, of a version that may be upcast further."""

    name: str
    version: int
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcasterContract:
    """This is what an upcaster begins from."""

    name: str
    version: int


def upcaster(name: str, /, *, version: int) -> Callable[[Upcaster], Upcaster]:
    """This declares a function as the upcaster of one version of a message."""

    def declare(function: Upcaster) -> Upcaster:
        function.__upcaster__ = UpcasterContract(name=name, version=version)  # type: ignore[attr-defined]  # read back by upcaster_of only
        return function

    return declare


def upcaster_of(function: object) -> UpcasterContract | None:
    """This gives what a function is the upcaster of; None where it is none."""
    found = getattr(function, "__upcaster__", None)
    return found if isinstance(found, UpcasterContract) else None
