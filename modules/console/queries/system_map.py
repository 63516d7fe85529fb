"""The modules as the map shows them, read off their manifests."""

from dataclasses import dataclass

from modules.console.domain.map_layout import Box, Map, lay_out
from modules.console.domain.relations import Relation, relations
from modules.kernel.manifests import Manifest, installed_modules
from modules.kernel.messaging.unit_of_work import database_of_module


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleCard:
    """This is a module with the database that holds it."""

    manifest: Manifest
    database: str

    @property
    def words(self) -> str:
        """This is what stands in the module's box."""
        events, handled = len(self.manifest.publishes), len(self.manifest.consumes)
        if events or handled:
            return f"{events} event{'s' if events != 1 else ''} · handles {handled}"
        return f"{len(self.manifest.routes)} pages and routes"


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemMap:
    """This is who is there and who talks to whom, as words and as a drawing."""

    modules: tuple[ModuleCard, ...]
    relations: tuple[Relation, ...]
    drawing: Map

    @property
    def boxes(self) -> tuple[tuple[Box, ModuleCard], ...]:
        return tuple(zip(self.drawing.boxes, self.modules, strict=True))


def system_map() -> SystemMap:
    """This reads the map off the manifests of the installed modules."""
    cards = tuple(
        ModuleCard(manifest=config.manifest, database=database_of_module(config.label))
        for config in installed_modules()
    )
    found = relations(card.manifest for card in cards)
    return SystemMap(
        modules=cards,
        relations=found,
        drawing=lay_out([card.manifest.name for card in cards], found),
    )
