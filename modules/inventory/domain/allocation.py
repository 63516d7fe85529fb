"""From which shelves an order is served: all of it, or none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from modules.inventory.contracts import StockLine
from modules.inventory.domain.errors import InvalidStock
from modules.inventory.domain.shelf import MAIN, Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """This is how many pieces one shelf gives."""

    sku: str
    location: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """This is the first SKU of an order of which there is not enough, over all locations."""

    sku: str
    requested: int
    available: int


def demand_of(lines: Iterable[StockLine]) -> dict[str, int]:
    """This sums the lines by SKU, in the order in which the SKUs first appear.

    Raises:
        InvalidStock: a line asks for less than one piece; reserving a negative number
            would make stock out of nothing.
    """
    demand: dict[str, int] = {}
    for line in lines:
        if line.quantity < 1:
            raise InvalidStock(
                f"{line.sku}: a quantity is at least 1, not {line.quantity}", field="quantity"
            )
        demand[line.sku] = demand.get(line.sku, 0) + line.quantity
    return demand


def allocate(
    demand: Mapping[str, int], shelves: Iterable[Shelf]
) -> tuple[Allocation, ...] | Shortage:
    """This decides which shelves serve a demand, or names the first SKU that is short.

    Of one SKU everything comes from one location where one has enough (the main one
    before others), else from the fullest ones: each location more is a parcel more.
    """
    by_sku: dict[str, list[Shelf]] = {sku: [] for sku in demand}
    for shelf in shelves:
        by_sku[shelf.sku].append(shelf)
    allocations: list[Allocation] = []
    for sku, quantity in demand.items():
        available = sum(shelf.available for shelf in by_sku[sku])
        if available < quantity:
            return Shortage(sku=sku, requested=quantity, available=available)
        allocations += _serve(quantity, by_sku[sku])
    return tuple(allocations)


def _serve(quantity: int, shelves: list[Shelf]) -> list[Allocation]:
    in_order = sorted(shelves, key=lambda shelf: (shelf.location != MAIN, shelf.location))
    for shelf in in_order:
        if shelf.available >= quantity:
            return [Allocation(sku=shelf.sku, location=shelf.location, quantity=quantity)]
    served: list[Allocation] = []
    for shelf in sorted(in_order, key=lambda shelf: -shelf.available):
        given = min(shelf.available, quantity)
        if given:
            served.append(Allocation(sku=shelf.sku, location=shelf.location, quantity=given))
            quantity -= given
    return served
