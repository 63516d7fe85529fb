"""What inventory publishes: stock, and how to reserve and pick it."""

from modules.inventory.contracts.commands import PickStock, ReleaseStock, ReserveStock, StockLine
from modules.inventory.contracts.events import (
    ReservationLapsed,
    StockLevelChanged,
    StockPicked,
    StockRefused,
    StockReleased,
    StockReserved,
    StockReturned,
)
from modules.inventory.contracts.interface import Inventory, StockLevel, UnknownSku

__all__ = [
    "ReserveStock",
    "PickStock",
    "ReleaseStock",
    "StockLine",
    "StockReserved",
    "StockRefused",
    "StockPicked",
    "StockLevelChanged",
    "ReservationLapsed",
    "StockReleased",
    "StockReturned",
    "Inventory",
    "StockLevel",
    "UnknownSku",
]
