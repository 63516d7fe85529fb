"""The words the tests speak in: an order asks for goods, and what is then on the shelves."""

from datetime import timedelta

from modules.inventory.contracts import ReserveStock, StockLine
from modules.inventory.queries import level
from modules.inventory.use_cases import Outcome, reserve_stock

LATER = timedelta(minutes=15)


def reservation(order_id: str, **quantities: int) -> ReserveStock:
    """This asks for the SKUs that are named as keywords."""
    lines = tuple(StockLine(sku=sku, quantity=quantity) for sku, quantity in quantities.items())
    return ReserveStock(order_id=order_id, lines=lines)


def reserve(order_id: str, **quantities: int) -> Outcome:
    """This reserves for a quarter of an hour."""
    return reserve_stock(reservation(order_id, **quantities), expires_after=LATER)


def stock(sku: str) -> tuple[int, int]:
    """This gives (on hand, reserved)."""
    found = level(sku=sku)
    return found.on_hand, found.reserved
