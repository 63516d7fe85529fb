"""Inventory's published interface, answered in process."""

from modules.inventory import queries
from modules.inventory.contracts import StockLevel


class InventoryService:
    """This answers `modules.inventory.contracts.Inventory`."""

    def level(self, *, sku: str) -> StockLevel:
        return queries.level(sku=sku)

    def levels(self, *, skus: tuple[str, ...] = ()) -> tuple[StockLevel, ...]:
        return queries.levels(skus=skus)
