"""A shelf: the pieces of one SKU at one location, and how many of them are spoken for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from modules.inventory.domain.errors import InvalidStock, StockElsewhere, StockReservedAlready

#: Where stock is put when nobody says where.
MAIN = "main"
#: More than that is a slip of the finger.
MOST_ON_A_SHELF = 1_000_000_000

#: SKUs and locations stand in URLs and on labels.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def is_code(text: str) -> bool:
    """This tells whether the text can name a SKU or a location at all."""
    return _CODE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """This is the stock of a SKU at a location; never below zero, never over-reserved.

    Attributes:
        on_hand: pieces that are physically there.
        reserved: those of them that are kept for orders.
    """

    sku: str
    location: str = MAIN
    on_hand: int = 0
    reserved: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.reserved <= self.on_hand:
            raise ValueError(
                f"{self.sku} at {self.location}: {self.reserved} of {self.on_hand} reserved; "
                "what is reserved is between nothing and all that is on hand"
            )

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    def reserve(self, quantity: int) -> "Shelf":
        """This keeps pieces for an order."""
        return replace(self, reserved=self.reserved + quantity)

    def release(self, quantity: int) -> "Shelf":
        """This lets pieces go that were kept."""
        return replace(self, reserved=self.reserved - quantity)

    def pick(self, quantity: int) -> "Shelf":
        """This takes pieces away that were kept."""
        return replace(self, on_hand=self.on_hand - quantity, reserved=self.reserved - quantity)

    def put_back(self, quantity: int) -> "Shelf":
        """This brings pieces back that were taken away."""
        return replace(self, on_hand=self.on_hand + quantity)

    def count(self, on_hand: int) -> "Shelf":
        """This sets what is on hand, as counted.

        Raises:
            InvalidStock: it is no number of pieces.
            StockReservedAlready: more than that is kept for orders.
        """
        _refuse_wrong_count(on_hand)
        if on_hand < self.reserved:
            raise _reserved_already(self.sku, on_hand=on_hand, reserved=self.reserved)
        return replace(self, on_hand=on_hand)


def main_shelf_for(sku: str, shelves: Sequence[Shelf], *, total_on_hand: int) -> Shelf:
    """This gives the main shelf as it must be for the total of all locations to be right.

    A caller who knows one number and no locations means the total; what it differs by is
    taken from the main location or put there, and the others are left as they were counted.

    Args:
        shelves: all of the SKU's, at all locations.

    Raises:
        InvalidStock: it is no number of pieces.
        StockReservedAlready: more than that is kept for orders.
        StockElsewhere: the main location would have to give more than it has to spare.
    """
    _refuse_wrong_count(total_on_hand)
    reserved = sum(shelf.reserved for shelf in shelves)
    if total_on_hand < reserved:
        raise _reserved_already(sku, on_hand=total_on_hand, reserved=reserved)
    main = next((shelf for shelf in shelves if shelf.location == MAIN), Shelf(sku=sku))
    elsewhere = sum(shelf.on_hand for shelf in shelves if shelf.location != MAIN)
    lowest = elsewhere + main.reserved
    if total_on_hand < lowest:
        raise StockElsewhere(
            f"{sku}: the total cannot be set below {lowest}, because {elsewhere} are at other "
            f"locations and {main.reserved} reserved at {MAIN}; set the other locations first",
            sku=sku,
            on_hand=total_on_hand,
            lowest=lowest,
        )
    return main.count(total_on_hand - elsewhere)


def _refuse_wrong_count(on_hand: int) -> None:
    if not 0 <= on_hand <= MOST_ON_A_SHELF:
        raise InvalidStock(
            f"on_hand is between 0 and {MOST_ON_A_SHELF}, not {on_hand}", field="on_hand"
        )


def _reserved_already(sku: str, *, on_hand: int, reserved: int) -> StockReservedAlready:
    return StockReservedAlready(
        f"{sku}: {on_hand} on hand would be less than the {reserved} that are reserved; "
        "wait for the orders to leave, or cancel them",
        sku=sku,
        on_hand=on_hand,
        reserved=reserved,
    )
