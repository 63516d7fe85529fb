"""Where modules run: asked at every call, so that it can change while the system runs.

`registry.get` asks the `Locations` of this process. Usually these are what the settings say
(``QUARRY_MODULES_PAYMENTS=https://…``), and can be switched; whoever moves a live module puts
others in their place, with `use`, that read a database. An epoch orders the places that a
module has had: a switch that arrives late must not bring an old one back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Protocol
from urllib.parse import urlsplit


class Binding(StrEnum):
    """This tells the ways in which a module's interfaces can be bound."""

    LOCAL = "local"
    SERIALIZED = "serialized"
    REMOTE = "remote"


class StaleEpoch(ValueError):
    """This says that a module has been somewhere else since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """This is where a module runs, as seen from this process.

    Attributes:
        url: of the process that has it, up to where its internal paths begin; remote ones only.
        epoch: grows each time that the module moves.
    """

    binding: Binding = Binding.LOCAL
    url: str = ""
    epoch: int = 0

    @property
    def is_here(self) -> bool:
        return self.binding is not Binding.REMOTE


HERE = Location()


class Locations(Protocol):
    """This is what says where modules run."""

    def of(self, module: str) -> Location:
        """This gives the module's location now; it is asked at every call, and must be quick."""


class Configured:
    """These are the locations that the settings name, changeable by `switch`.

    Args:
        said: by module: ``local``, ``serialized`` or a URL. A module that is not named is local.

    Raises:
        ValueError: one of them is none of the three.
    """

    def __init__(self, said: Mapping[str, str] | None = None) -> None:
        self._lock = Lock()
        self._locations = {
            module: read_location(words, module=module) for module, words in (said or {}).items()
        }

    def of(self, module: str) -> Location:
        return self._locations.get(module, HERE)

    def switch(self, module: str, to: str, *, epoch: int | None = None) -> Location:
        """This moves a module for all calls that begin from now on, and gives its location.

        Args:
            to: ``local``, ``serialized`` or a URL.
            epoch: of the move; by default one more than the last.

        Raises:
            StaleEpoch: a later move has been made already.
        """
        with self._lock:
            last = self.of(module).epoch
            if epoch is not None and epoch <= last:
                raise StaleEpoch(
                    f"{module} was moved in epoch {last}; this move of epoch {epoch} is too late"
                )
            moved = read_location(to, module=module, epoch=last + 1 if epoch is None else epoch)
            self._locations = {**self._locations, module: moved}
            return moved


def read_location(words: str, *, module: str, epoch: int = 0) -> Location:
    """This reads ``local``, ``serialized`` or a URL. Raises: ValueError."""
    if words in (Binding.LOCAL, Binding.SERIALIZED):
        return Location(binding=Binding(words), epoch=epoch)
    parts = urlsplit(words)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError(
            f"QUARRY_MODULES_{module.upper()} is {words!r}; it is local, serialized or the URL of "
            "the process that has the module, such as https://payments.internal:8443"
        )
    return Location(binding=Binding.REMOTE, url=words.rstrip("/"), epoch=epoch)
