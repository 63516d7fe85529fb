"""How goods are packed."""

from collections.abc import Iterable
from dataclasses import dataclass

from modules.kernel.contracts import Invalid
from modules.shipping.contracts import ParcelItem

#: What one person can lift: the warehouse's rule, the same for every carrier.
UNITS_PER_PARCEL = 20

#: Nominal, because nobody tells shipping what a product weighs.
GRAMS_PER_UNIT = 500
GRAMS_PER_BOX = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """This is one box with what is in it.

    Attributes:
        number: from 1 within its shipment.
    """

    number: int
    items: tuple[ParcelItem, ...]

    @property
    def units(self) -> int:
        return sum(item.quantity for item in self.items)

    @property
    def weight_grams(self) -> int:
        return GRAMS_PER_BOX + GRAMS_PER_UNIT * self.units


def pack(items: Iterable[ParcelItem]) -> tuple[Parcel, ...]:
    """This fills parcels with at most `UNITS_PER_PARCEL` units, in the order of the items.

    Every unit ends in exactly one parcel, every parcel but the last is full, and a SKU is
    split only where a parcel ends: the picker walks along the shelves once.

    Raises:
        Invalid: there is nothing to pack, or a quantity is below one.
    """
    boxes: list[list[ParcelItem]] = []
    room = 0
    for item in items:
        if item.quantity < 1:
            raise Invalid(f"the quantity of {item.sku} is {item.quantity}; it must be at least 1")
        left = item.quantity
        while left:
            if not room:
                boxes.append([])
                room = UNITS_PER_PARCEL
            taken = min(left, room)
            boxes[-1].append(ParcelItem(sku=item.sku, quantity=taken))
            left -= taken
            room -= taken
    if not boxes:
        raise Invalid("there is nothing to send: name at least one item")
    return tuple(Parcel(number=n, items=tuple(box)) for n, box in enumerate(boxes, start=1))
