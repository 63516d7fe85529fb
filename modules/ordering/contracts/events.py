from dataclasses import dataclass
from typing import Annotated

from modules.kernel.contracts import Personal, event
from modules.shipping.contracts import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLine:
    sku: str
    quantity: int


@event("ordering.order_placed", version=1, key="order_id")
class OrderPlaced:
    """A customer has placed an order; nothing has been checked yet."""

    order_id: str
    customer_id: str
    currency: str
    lines: tuple[PlacedLine, ...]
    ship_to: Annotated[Address, Personal(of="customer_id")]
    payment_token: str


@event("ordering.order_confirmed", version=1, key="order_id")
class OrderConfirmed:
    """The order is paid and will be shipped; from here it can only be fulfilled."""

    order_id: str


@event("ordering.order_fulfilled", version=1, key="order_id")
class OrderFulfilled:
    """The goods have left. A notification only: ask ordering for the rest."""

    order_id: str


@event("ordering.order_returned", version=1, key="order_id")
class OrderReturned:
    """The goods are back and the money is too. A notification only."""

    order_id: str


@event("ordering.order_failed", version=1, key="order_id")
class OrderFailed:
    """The order could not be carried out and has been undone. A notification only."""

    order_id: str
    code: str


@event("ordering.order_cancelled", version=1, key="order_id")
class OrderCancelled:
    """The customer has cancelled the order and it has been undone. A notification only."""

    order_id: str
