"""Can today's code read what is stored in every version there ever was?

A version that has a class is decoded; one that has none needs an upcaster. The tests try
generated messages of every edition (`tests/contracts/test_stored_versions.py`), and
``manage.py contracts check`` an example of each that is gone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from modules.kernel.messaging.upcasting import read, upcaster_for
from modules.kernel.schemas.modes import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """This is one edition of one version of a message."""

    name: str
    version: int
    edition: Edition


def stored_versions(editions: Mapping[str, tuple[Edition, ...]]) -> Iterator[StoredVersion]:
    """This gives every edition of every message among what was released."""
    for history in editions.values():
        for edition in history:
            schema = edition.schema
            if isinstance(schema, Mapping) and "x-message" in schema:
                said = schema["x-message"]
                yield StoredVersion(name=said["name"], version=said["version"], edition=edition)


def read_stored(name: str, version: int, data: Any) -> tuple[object, ...]:
    """This reads a stored message as today's code would. Raises: as `messaging.upcasting.read`."""
    return tuple(one.message for one in read(name, version, msgspec.json.encode(data).decode()))


def upcast_by_code(name: str, version: int, data: Any) -> bool:
    """This reads a message by the upcaster that the code has; False where it has none."""
    if upcaster_for(name, version) is None:
        return False
    read_stored(name, version, data)
    return True
