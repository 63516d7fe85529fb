"""The questions and requests ordering answers.

Problem
├── NotFound
│   └── UnknownOrder(order_id)                       code unknown-order
├── Conflict
│   └── OrderNotCancellable(order_id, order_status)  code order-not-cancellable
└── Invalid
    ├── IdempotencyConflict(key)                     code idempotency-key-reused
    └── EmptyBasket(basket_id)                       code empty-basket
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from modules.kernel.contracts import Conflict, Invalid, NotFound, idempotent, interface, safe
from modules.shipping.contracts import Address


class UnknownOrder(NotFound):
    """This says that there is no order of the id."""

    code = "unknown-order"
    title = "No such order"


class OrderNotCancellable(Conflict):
    """This says that the order has gone too far to be cancelled."""

    code = "order-not-cancellable"
    title = "The order can no longer be cancelled"


class IdempotencyConflict(Invalid):
    """This says that the idempotency key was used for another request."""

    code = "idempotency-key-reused"
    title = "The idempotency key belongs to another request"


class EmptyBasket(Invalid):
    """This says that there is nothing in the basket to order."""

    code = "empty-basket"
    title = "The basket is empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedLine:
    """This is one line of an order to be placed.

    Attributes:
        unit_price_minor: an agreed price; None takes the catalogue's price of today.
        discount_percent: 0 to 100, at most two decimals.
    """

    sku: str
    quantity: int
    unit_price_minor: int | None = None
    discount_percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """This is all that is needed to place an order."""

    customer_id: str
    currency: str
    lines: tuple[RequestedLine, ...]
    ship_to: Address
    payment_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """This is a line of an order; price and total are None until they are agreed."""

    sku: str
    name: str
    quantity: int
    unit_price_minor: int | None
    discount_percent: Decimal
    total_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFailure:
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPayment:
    """Attributes: status is as payments tells it, or refund_due where a refund was refused."""

    status: str
    captured_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipment:
    """Attributes: status is booked, dispatched, delivered, returned or cancelled."""

    status: str
    tracking_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """This is an order with everything that ordering has heard about it.

    Attributes:
        status: pending, confirmed, fulfilled, returned, failed or cancelled.
    """

    order_id: str
    customer_id: str
    status: str
    currency: str
    total_minor: int
    lines: tuple[OrderLine, ...]
    ship_to: Address
    placed_at: datetime
    failure: OrderFailure | None
    payment: OrderPayment
    shipment: OrderShipment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    order_id: str
    customer_id: str
    status: str
    currency: str
    total_minor: int
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """This is one page of orders, newest first; `next_cursor` is None on the last."""

    orders: tuple[OrderSummary, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMoment:
    """This is one thing that has happened to an order.

    Attributes:
        event_id: of the message that told of it; names the place in the timeline to go on from.
        what: a slug, such as ``order-placed`` or ``payment-captured``.
        code: why, where it went wrong; else empty.
    """

    event_id: str
    what: str
    code: str
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    sku: str
    name: str
    quantity: int
    unit_price_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """This is what a visitor has chosen so far, at today's prices."""

    basket_id: str
    currency: str
    lines: tuple[BasketLine, ...]
    total_minor: int


@interface("ordering")
class Ordering(Protocol):
    """Questions about orders, and the requests that a customer waits for."""

    @idempotent(key="idempotency_key")
    def place_order(self, request: PlaceOrder, *, idempotency_key: str) -> OrderSummary:
        """This places an order, once for each idempotency key.

        Raises:
            Invalid: no lines, a quantity below one, a discount out of range.
            IdempotencyConflict: the key was used with another request.
        """

    def cancel_order(self, *, order_id: str) -> None:
        """This asks for an order to be undone; it ends cancelled a moment later.

        Raises:
            UnknownOrder, OrderNotCancellable
        """

    @safe
    def order(self, *, order_id: str) -> Order:
        """This gives one order. Raises: UnknownOrder."""

    @safe
    def timeline(self, *, order_id: str) -> tuple[OrderMoment, ...]:
        """This gives what has happened to an order, in the order in which it was heard of.

        It comes from a read model: what has just happened may be there a moment later.

        Raises:
            UnknownOrder
        """

    @safe
    def orders(
        self, *, customer_id: str = "", status: str = "", cursor: str = "", limit: int = 50
    ) -> OrderPage:
        """This gives a page of orders, newest first. Raises: Invalid for a bad cursor or status."""

    @safe
    def basket(self, *, basket_id: str) -> Basket:
        """This gives a basket; an unknown id is an empty basket."""

    def put_in_basket(self, *, basket_id: str, sku: str, quantity: int) -> Basket:
        """This sets how many of the SKU are in the basket; 0 takes it out.

        Raises:
            Invalid: a negative quantity, or a product that was never announced.
        """

    def check_out_basket(
        self, *, basket_id: str, customer_id: str, ship_to: Address, payment_token: str
    ) -> OrderSummary:
        """This places an order for what is in the basket and empties it.

        Raises:
            EmptyBasket: there is nothing in it.
        """
