"""Who talks to whom, read off the manifests."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from modules.kernel.manifests.manifest import Manifest


class RelationKind(StrEnum):
    """This is how one module talks to another."""

    COMMANDS = "commands"
    EVENTS = "events"
    CALLS = "calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """This is everything of one kind that goes from one module to another.

    Attributes:
        names: the messages or interfaces, without their module.
    """

    kind: RelationKind
    source: str
    target: str
    names: tuple[str, ...]

    @property
    def label(self) -> str:
        """This is the short form for a line in a drawing."""
        if self.kind is RelationKind.CALLS:
            return "asks"
        count = len(self.names)
        return f"{count} {self.kind.value if count != 1 else self.kind.value[:-1]}"

    @property
    def above_below(self) -> tuple[str, str]:
        """This gives who depends on whom: the dependent one first.

        A sender depends on the receiver of its commands, a caller on whom it asks, and
        the hearer of an event on who publishes it.
        """
        if self.kind is RelationKind.EVENTS:
            return self.target, self.source
        return self.source, self.target


def relations(manifests: Iterable[Manifest]) -> tuple[Relation, ...]:
    """This gives all relations between modules that are installed."""
    manifests = tuple(manifests)
    published = {name for manifest in manifests for name in manifest.publishes}
    installed = {manifest.name for manifest in manifests}
    found: dict[tuple[RelationKind, str, str], list[str]] = defaultdict(list)
    for manifest in manifests:
        for sent in manifest.sends:
            module, _, name = sent.partition(".")
            found[RelationKind.COMMANDS, manifest.name, module].append(name)
        for consumed in manifest.consumes:
            module, _, name = consumed.partition(".")
            if consumed in published:
                found[RelationKind.EVENTS, module, manifest.name].append(name)
        for required in manifest.requires:
            module, _, name = required.partition(".")
            found[RelationKind.CALLS, manifest.name, module].append(name)
    return tuple(
        Relation(kind=kind, source=source, target=target, names=tuple(names))
        for (kind, source, target), names in found.items()
        if source != target and {source, target} <= installed
    )
