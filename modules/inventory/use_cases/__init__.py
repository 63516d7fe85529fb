"""The write side: one use case a file, one transaction each.

Called by handlers, views and commands. All of them lock in one order, the reservation
first and then its shelves (`locks`), and so cannot deadlock; see P3 and P9.
"""

from modules.inventory.use_cases.expire_reservation import expire_reservation
from modules.inventory.use_cases.outcome import Outcome
from modules.inventory.use_cases.pick_stock import pick_stock
from modules.inventory.use_cases.put_stock import put_shelf, put_stock
from modules.inventory.use_cases.release_stock import release_stock
from modules.inventory.use_cases.reserve_stock import reserve_stock
from modules.inventory.use_cases.take_back_stock import NothingPicked, take_back_stock

__all__ = [
    "put_stock",
    "put_shelf",
    "reserve_stock",
    "pick_stock",
    "release_stock",
    "expire_reservation",
    "take_back_stock",
    "NothingPicked",
    "Outcome",
]
