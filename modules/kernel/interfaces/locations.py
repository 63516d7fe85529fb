"""Where modules run: asked at every call, so that it can change while the system runs.

`registry.get` asks the `Locations` of this process: what the settings say
(``QUARRY_MODULES_PAYMENTS=https://…``), and over it, in `placed`, where modules have been moved
to since. An epoch numbers the moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit


class Binding(StrEnum):
    """This tells the ways in which a module's interfaces can be bound."""

    LOCAL = "local"
    SERIALIZED = "serialized"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """This is where a module runs, as seen from this process.

    Attributes:
        url: of the process that has it, up to where its internal paths begin; remote ones only.
        epoch: grows each time that the module moves.
        shadow_url: of the process that is to have it, and is asked along with it already; a share
            of `shadow_percent` of the questions.
    """

    binding: Binding = Binding.LOCAL
    url: str = ""
    epoch: int = 0
    shadow_url: str = ""
    shadow_percent: int = 0

    @property
    def is_here(self) -> bool:
        return self.binding is not Binding.REMOTE


HERE = Location()


class Locations(Protocol):
    """This is what says where modules run."""

    def of(self, module: str) -> Location:
        """This gives the module's location now; it is asked at every call, and must be quick.

        Raises:
            Unavailable: it has none at the moment.
        """

    def refresh(self) -> None:
        """This looks again, after a call was told that the module is not there."""


class Configured:
    """These are the locations that the settings name.

    Args:
        said: by module: ``local``, ``serialized`` or a URL. A module that is not named is local.

    Raises:
        ValueError: one of them is none of the three.
    """

    def __init__(self, said: Mapping[str, str] | None = None) -> None:
        self._locations = {
            module: read_location(words, module=module) for module, words in (said or {}).items()
        }

    def of(self, module: str) -> Location:
        return self._locations.get(module, HERE)

    def refresh(self) -> None:
        """There is nothing to look at again."""


def read_location(words: str, *, module: str) -> Location:
    """This reads ``local``, ``serialized`` or a URL. Raises: ValueError."""
    if words in (Binding.LOCAL, Binding.SERIALIZED):
        return Location(binding=Binding(words))
    parts = urlsplit(words)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError(
            f"QUARRY_MODULES_{module.upper()} is {words!r}; it is local, serialized or the URL of "
            "the process that has the module, such as https://payments.internal:8443"
        )
    return Location(binding=Binding.REMOTE, url=words.rstrip("/"))
