from dataclasses import dataclass
from typing import Annotated

from modules.kernel.contracts import Personal, command
from modules.shipping.contracts.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelItem:
    sku: str
    quantity: int


@command("shipping.book_shipment", version=1, key="order_id")
class BookShipment:
    """Book a carrier for the goods. Answered by booked or refused.

    Attributes:
        customer_id: whose data the recipient's are; empty where nobody can say.
    """

    order_id: str
    recipient: Annotated[Address, Personal(of="customer_id")]
    items: tuple[ParcelItem, ...]
    customer_id: str = ""


@command("shipping.dispatch_shipment", version=1, key="order_id")
class DispatchShipment:
    """Hand the parcels to the carrier. Answered by dispatched."""

    order_id: str


@command("shipping.cancel_shipment", version=1, key="order_id")
class CancelShipment:
    """Cancel the booking, whatever became of it. Answered by cancelled.

    Also right before the booking has arrived: a late one is then refused. After dispatch
    the carrier is asked to bring the parcels back. What has been delivered cannot be
    cancelled: that is recorded and not answered, so that the sender's deadline shows it
    to a person instead of stock being counted that is in a customer's hands.
    """

    order_id: str


# Internal: sent only by shipping to itself, to talk to a carrier outside any transaction.


@command("shipping.book_with_carrier", version=1, key="order_id")
class BookWithCarrier:
    """Ask a carrier to take the recorded shipment."""

    order_id: str


@command("shipping.hand_over_to_carrier", version=1, key="order_id")
class HandOverToCarrier:
    """Have the carrier collect the parcels."""

    order_id: str


@command("shipping.cancel_with_carrier", version=1, key="order_id")
class CancelWithCarrier:
    """Take the booking back, or have the parcels returned if they have left."""

    order_id: str


@command("shipping.track_with_carrier", version=1, key="order_id")
class TrackWithCarrier:
    """Ask the carrier where the parcels are.

    Attributes:
        enquiry: 1 for the first time; the pause before the next grows with it.
    """

    order_id: str
    enquiry: int
