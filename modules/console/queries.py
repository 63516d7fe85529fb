"""What the console shows, read from manifests, logs and other modules' interfaces."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max

from modules.console.domain.map_layout import Box, Map, lay_out
from modules.console.domain.relations import Relation, relations
from modules.console.domain.swimlanes import Swimlanes, swimlanes
from modules.inventory.contracts import Inventory, StockLevel
from modules.kernel import interfaces
from modules.kernel.manifests import Manifest, installed_modules
from modules.kernel.messaging.logs import databases
from modules.kernel.messaging.models import SetAside
from modules.kernel.messaging.timeline import timeline
from modules.kernel.messaging.unit_of_work import database_of_module
from modules.ordering.contracts import Order

#: The states of an order, as ordering's interface names them.
ORDER_STATUSES = ("pending", "confirmed", "fulfilled", "failed", "cancelled")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideCount:
    """This is how many messages of a consumer are in one state, and one of their errors."""

    consumer: str
    state: str
    messages: int
    keys: int
    error: str


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


def messages_of(order: Order) -> Swimlanes:
    """This gives an order's messages in swimlanes."""
    return swimlanes(
        timeline(order.order_id, since=order.placed_at),
        [config.manifest for config in installed_modules()],
    )


def stock(*, search: str) -> tuple[StockLevel, ...]:
    """This gives the stock of all SKUs whose name has the search in it."""
    levels: Sequence[StockLevel] = interfaces.get(Inventory).levels()
    return tuple(level for level in levels if search.casefold() in level.sku.casefold())


def set_aside() -> tuple[SetAsideCount, ...]:
    """This counts the messages that failed and those that wait behind them."""
    return tuple(
        SetAsideCount(
            consumer=row["consumer"],
            state=row["state"],
            messages=row["messages"],
            keys=row["keys"],
            error=row["last"],
        )
        for database in databases()
        for row in SetAside.objects.using(database)
        .values("consumer", "state")
        .annotate(messages=Count("id"), keys=Count("key", distinct=True), last=Max("error"))
        .order_by("consumer", "state")
    )
