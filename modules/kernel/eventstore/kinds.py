"""What an event-sourced thing is: a plain class with `apply`, and the stream it is kept in."""

from __future__ import annotations

import hashlib
import inspect
import sys
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Generic, Protocol, TypeVar

from modules.kernel.contracts import contract_of
from modules.kernel.messaging.catalogue import announce_stored, register_message


class Aggregate(Protocol):
    """This is a dataclass whose state is what its events have made of it.

    Made by ``aggregate(identity)`` as it is before its first event. Its other methods decide:
    they give the events that follow, or raise, and change nothing.
    """

    def apply(self, event: Any, /) -> None:
        """This changes the state by one event that has happened; it refuses none."""


A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamKind(Generic[A]):
    """This says how one kind of aggregate is kept.

    Attributes:
        module: whose it is; in its log are the streams.
        category: what the names of the streams begin with, ``payments.account``.
        aggregate: the class.
        events: the classes of all events that are in its streams.
        snapshot_every: after how many events another snapshot is taken; 0 for never.
        subject: the field of the aggregate that names the person it is about. Needed where
            events have personal fields: a snapshot is then encrypted with that person's key.
        code: modules whose code `apply` depends on, beside the one with the class.
    """

    module: str
    category: str
    aggregate: type[A]
    events: tuple[type, ...]
    snapshot_every: int = 100
    subject: str = ""
    code: tuple[ModuleType, ...] = ()

    def stream(self, identity: str) -> str:
        """This names the stream of one aggregate."""
        return f"{self.category}-{identity}"

    def identity(self, stream: str) -> str:
        """This gives back the identity from the name of a stream."""
        return stream.removeprefix(f"{self.category}-")

    @property
    def code_version(self) -> str:
        """This changes with the code: a snapshot made by other code is not used."""
        return _code_version(self)


def declare(kind: StreamKind[Any]) -> None:
    """This makes the events of the streams known, so that they can be read back.

    Raises:
        ValueError: events have personal fields and nobody said whose a snapshot would be.
    """
    for event in kind.events:
        register_message(event)
    announce_stored(contract_of(event).name for event in kind.events)
    personal = [event.__qualname__ for event in kind.events if _has_personal(event)]
    if personal and not kind.subject:
        raise ValueError(
            f"{kind.category}: {personal[0]} has personal fields, which a snapshot would repeat: "
            "name the aggregate's field with the person in StreamKind(subject=…)"
        )


def _has_personal(event: type) -> bool:
    from modules.kernel.contracts import personal_fields

    return bool(personal_fields(event))


@cache
def _code_version(kind: StreamKind[Any]) -> str:
    sources = [inspect.getsource(sys.modules[kind.aggregate.__module__])]
    sources += [inspect.getsource(module) for module in kind.code]
    contracts = [contract_of(event) for event in kind.events]
    sources += [f"{contract.name} {contract.version}" for contract in contracts]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()[:32]
