"""The questions shipping answers, and the one thing that a customer asks of it.

Problem
├── NotFound
│   └── UnknownShipment(order_id)   code unknown-shipment
├── Conflict
│   └── NotReturnable(order_id, shipment_status)   code not-returnable
└── Invalid
    └── InvalidAddress(faults)      code invalid-address
"""

from dataclasses import dataclass
from typing import Protocol

from modules.kernel.contracts import Conflict, Invalid, NotFound, interface, safe
from modules.shipping.contracts.address import Address
from modules.shipping.contracts.commands import ParcelItem


class UnknownShipment(NotFound):
    """This says that nothing is shipped for the order."""

    code = "unknown-shipment"
    title = "No such shipment"


class NotReturnable(Conflict):
    """This says that the customer does not have the goods, so cannot send them back."""

    code = "not-returnable"
    title = "There is nothing to send back"


class InvalidAddress(Invalid):
    """This says that no letter could be addressed like this; `faults` has a sentence for each."""

    code = "invalid-address"
    title = "The address is not valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """This is what a carrier asks for a delivery."""

    carrier: str
    price_minor: int
    currency: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipmentStatus:
    """Attributes: status is booked, dispatched, delivered, returned or cancelled."""

    order_id: str
    shipment_id: str
    status: str
    carrier: str
    tracking_number: str


@interface("shipping")
class Shipping(Protocol):
    """Questions about deliveries."""

    @safe
    def quotes(self, *, recipient: Address, items: tuple[ParcelItem, ...]) -> tuple[Quote, ...]:
        """This gives the carriers' offers, cheapest first; none where nobody delivers.

        Raises:
            InvalidAddress: something is missing from it.
            Invalid: no items, or a quantity below one.
        """

    @safe
    def shipment(self, *, order_id: str) -> ShipmentStatus:
        """This gives the shipment for an order. Raises: UnknownShipment."""

    def take_back(self, *, order_id: str) -> ShipmentStatus:
        """This takes the goods of a dispatched shipment back; taken back already, it says so.

        What follows (stock, refund, the order itself) follows from `ShipmentReturned`.

        Raises:
            UnknownShipment: nothing was ever sent for the order.
            NotReturnable: the goods have not left, or never will.
        """
