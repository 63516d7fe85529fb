"""The rules of shelves and of what is kept on them for whom; no Django."""

from modules.inventory.domain.allocation import Allocation, Shortage, allocate, demand_of
from modules.inventory.domain.errors import InvalidStock, StockElsewhere, StockReservedAlready
from modules.inventory.domain.reservation import ReservationState
from modules.inventory.domain.shelf import MAIN, MOST_ON_A_SHELF, Shelf, is_code, main_shelf_for

__all__ = [
    "Shelf",
    "MAIN",
    "MOST_ON_A_SHELF",
    "is_code",
    "main_shelf_for",
    "demand_of",
    "allocate",
    "Allocation",
    "Shortage",
    "ReservationState",
    "InvalidStock",
    "StockReservedAlready",
    "StockElsewhere",
]
