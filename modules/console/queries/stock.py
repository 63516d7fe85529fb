"""The stock of all SKUs, as inventory tells it."""

from collections.abc import Sequence

from modules.inventory.contracts import Inventory, StockLevel
from modules.kernel import interfaces


def stock(*, search: str) -> tuple[StockLevel, ...]:
    """This gives the stock of all SKUs whose name has the search in it."""
    levels: Sequence[StockLevel] = interfaces.get(Inventory).levels()
    return tuple(level for level in levels if search.casefold() in level.sku.casefold())
