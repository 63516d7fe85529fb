"""Reading a message of whatever version it was stored in: upcast, then decoded.

Called where messages are delivered and where streams are loaded. A message without an
upcaster, which is nearly every one, is decoded and nothing else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from modules.kernel.contracts import Upcast, Upcaster, upcaster_of
from modules.kernel.messaging import protection
from modules.kernel.messaging.catalogue import MessageClass, message_class

_upcasters: dict[tuple[str, int], Upcaster] = {}

#: Further than this no chain goes: two upcasters lead to one another.
_LONGEST_CHAIN = 100


class BadUpcast(ValueError):
    """This says which upcaster gives what cannot be read, or leads nowhere."""


@dataclass(frozen=True, slots=True)
class Read:
    """This is a message as today's code knows it."""

    entry: MessageClass
    message: object


def register_upcaster(function: Upcaster) -> None:
    """This makes an upcaster known.

    Raises:
        ValueError: it was not declared with `@upcaster`, or the version has another one.
    """
    begins = upcaster_of(function)
    if begins is None:
        raise ValueError(f"{function!r} is no upcaster: declare it with @upcaster")
    known = _upcasters.setdefault((begins.name, begins.version), function)
    if known is not function:
        raise ValueError(f"{begins.name} v{begins.version} has two upcasters")


def upcaster_for(name: str, version: int) -> Upcaster | None:
    """This gives the upcaster that begins at a version; None where there is none."""
    return _upcasters.get((name, version))


def upcast_versions() -> frozenset[tuple[str, int]]:
    """This gives the versions that upcasters begin at."""
    return frozenset(_upcasters)


def read(name: str, version: int, text: str) -> tuple[Read, ...]:
    """This reads the JSON text of a stored message: usually one message, none, or several.

    Raises:
        UnknownMessage: there is neither a class nor an upcaster for the version.
        BadUpcast: an upcaster gives what cannot be read.
        msgspec.ValidationError: the data do not fit the class.
    """
    if (name, version) not in _upcasters:
        entry = message_class(name, version)
        return (Read(entry, entry.decode(text)),)
    # Opened by the text alone: the class that said which fields are personal may be gone.
    data = msgspec.json.decode(protection.opened(text), type=dict[str, Any])
    return tuple(
        _converted(one, f"{name} v{version}")
        for one in upcast(Upcast(name=name, version=version, data=data))
    )


def upcast(stored: Upcast) -> Iterator[Upcast]:
    """This leads a message through all upcasters that there are for it.

    Raises:
        BadUpcast: they never come to an end.
    """
    waiting = [(stored, 0)]
    while waiting:
        one, steps = waiting.pop(0)
        function = _upcasters.get((one.name, one.version))
        if function is None:
            yield one
            continue
        if steps >= _LONGEST_CHAIN:
            raise BadUpcast(
                f"the upcasters of {stored.name} v{stored.version} lead in a circle "
                f"through {one.name} v{one.version}: each must lead to a later version"
            )
        waiting[:0] = [(next_, steps + 1) for next_ in _step(function, one)]


def _step(function: Callable[[dict[str, Any]], Any], one: Upcast) -> list[Upcast]:
    given = function(dict(one.data))
    if isinstance(given, dict):
        return [Upcast(name=one.name, version=one.version + 1, data=given)]
    return list(given)


def _converted(one: Upcast, stored: str) -> Read:
    entry = message_class(one.name, one.version)
    try:
        # Through text, as everything that is stored is read: `decimal` and `bytes` among others.
        return Read(entry, entry.decoder.decode(msgspec.json.encode(one.data)))
    except msgspec.ValidationError as error:
        raise BadUpcast(
            f"{stored} is upcast to {one.name} v{one.version} and does not fit its class: {error}"
        ) from error
