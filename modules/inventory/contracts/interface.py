"""The questions inventory answers.

Problem
└── NotFound
    └── UnknownSku(sku)   code unknown-sku
"""

from dataclasses import dataclass
from typing import Protocol

from modules.kernel.contracts import NotFound, interface, safe


class UnknownSku(NotFound):
    """This says that inventory has never heard of the SKU."""

    code = "unknown-sku"
    title = "No stock is kept of this SKU"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """This is the stock of a SKU over all locations; available = on_hand − reserved."""

    sku: str
    on_hand: int
    reserved: int
    available: int


@interface("inventory")
class Inventory(Protocol):
    """Questions about stock."""

    @safe
    def level(self, *, sku: str) -> StockLevel:
        """This gives the stock of one SKU. Raises: UnknownSku."""

    @safe
    def levels(self, *, skus: tuple[str, ...] = ()) -> tuple[StockLevel, ...]:
        """This gives the stock of the SKUs that are known, in order; of all when none is named."""
