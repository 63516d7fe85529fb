"""Decoding the rows of streams: the path that every load takes.

Stored data become events in one place, `Decoders`; those of an older version are upcast there.
"""

from collections.abc import Callable, Sequence
from typing import Any

from modules.kernel.messaging.catalogue import message_class
from modules.kernel.messaging.upcasting import read, upcaster_for

Decode = Callable[[str], Any]


class Several(tuple[Any, ...]):
    """These are the events, none or more, that one of an older version is read as."""


class Decoders(dict[tuple[str, int], Decode]):
    """These are the decoders by wire name and schema version, looked up once each.

    What they give is one event, or, of a version with an upcaster, `Several`.
    """

    def __missing__(self, key: tuple[str, int]) -> Decode:
        decode: Decode
        if upcaster_for(*key) is not None:
            decode = _upcasting(*key)
        else:
            entry = message_class(*key)
            # The method of the C decoder itself where nothing is personal: it halves the time.
            decode = entry.decode if entry.personal else entry.decoder.decode
        self[key] = decode
        return decode


def each(event: Any) -> Sequence[Any]:
    """This gives the events of what a decoder gave."""
    return event if type(event) is Several else (event,)


def _upcasting(name: str, version: int) -> Decode:
    return lambda data: Several(one.message for one in read(name, version, data))
