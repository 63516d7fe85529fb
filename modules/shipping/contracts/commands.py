from dataclasses import dataclass

from modules.kernel.contracts import command
from modules.shipping.contracts.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelItem:
    sku: str
    quantity: int


@command("shipping.book_shipment", version=1, key="order_id")
class BookShipment:
    """Book a carrier for the goods. Answered by booked or refused."""

    order_id: str
    recipient: Address
    items: tuple[ParcelItem, ...]


@command("shipping.dispatch_shipment", version=1, key="order_id")
class DispatchShipment:
    """Hand the parcels to the carrier. Answered by dispatched."""

    order_id: str


@command("shipping.cancel_shipment", version=1, key="order_id")
class CancelShipment:
    """Cancel the booking, whatever became of it. Answered by cancelled.

    Also right before the booking has arrived: a late one is then refused.
    """

    order_id: str
