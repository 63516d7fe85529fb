"""The contracts as an operator reads them: the kernel's catalogue, by module."""

from dataclasses import dataclass
from itertools import groupby

from modules.kernel.schemas.event_catalogue import Entry, event_catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleContracts:
    """These are the messages of one module."""

    module: str
    entries: tuple[Entry, ...]


def contracts(*, search: str = "") -> tuple[ModuleContracts, ...]:
    """This gives the messages whose name, publisher or consumer has the text in it."""
    found = [
        one
        for one in event_catalogue()
        if any(search in said for said in (one.name, *one.publishers, *one.consumers))
    ]
    return tuple(
        ModuleContracts(module=module, entries=tuple(entries))
        for module, entries in groupby(found, key=lambda one: one.module)
    )
