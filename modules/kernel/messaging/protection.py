"""How what is personal gets into the log unreadable, and out of it again.

The catalogue calls this for classes with marked fields and for no others. Who has the keys
is installed when the apps are ready (`modules.kernel.eventstore.personal`).
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from modules.kernel.contracts import Personal

_installed: list["Protection"] = []


class ProtectionMissing(RuntimeError):
    """This says that a message has personal fields and nothing here can encrypt them."""


class Protection(Protocol):
    """This encrypts and decrypts the marked fields of messages."""

    def seal(self, values: dict[str, Any], personal: Mapping[str, Personal]) -> None:
        """This replaces the texts of the marked fields, in place, by what only a key opens."""

    def open(self, data: str) -> str:
        """This gives JSON text with everything readable again that has still its key."""

    def opening(self, texts: Iterable[str]) -> AbstractContextManager[None]:
        """This makes opening many texts inside the block cheap."""


def install(protection: Protection) -> None:
    """This has the protection used from now on."""
    _installed[:] = [protection]


def installed() -> Protection:
    """This gives the protection. Raises: ProtectionMissing."""
    if not _installed:
        raise ProtectionMissing(
            "a message has personal fields: add modules.kernel.eventstore to INSTALLED_APPS"
        )
    return _installed[0]


def opened(text: str) -> str:
    """This gives JSON text readable, by whatever protection there is; else as it stands."""
    return _installed[0].open(text) if _installed else text


def opening(texts: Iterable[str]) -> AbstractContextManager[None]:
    """This makes opening many texts inside the block cheap; see `Protection.opening`."""
    return _installed[0].opening(texts) if _installed else nullcontext()
