"""Ordering and inventory as the console's tests have them: two orders, two kinds of goods."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from modules.inventory.contracts import StockLevel
from modules.ordering.contracts import (
    Order,
    OrderFailure,
    OrderLine,
    OrderPage,
    OrderPayment,
    OrderSummary,
    UnknownOrder,
)
from modules.shipping.contracts import Address

SUMMARY = OrderSummary(
    order_id="o-1",
    customer_id="c-1",
    status="failed",
    currency="USD",
    total_minor=1450,
    placed_at=timezone.now() - timedelta(seconds=1),
)
ORDER = Order(
    order_id="o-1",
    customer_id="c-1",
    status="failed",
    currency="USD",
    total_minor=1450,
    lines=(
        OrderLine(
            sku="MUG",
            name="Stone mug",
            quantity=1,
            unit_price_minor=1450,
            discount_percent=Decimal(0),
            total_minor=1450,
        ),
    ),
    ship_to=Address(name="Maria", line1="Obere Str. 57", city="Berlin", country="Germany"),
    placed_at=SUMMARY.placed_at,
    failure=OrderFailure(code="payment-declined", detail="the bank said no"),
    payment=OrderPayment(status="declined", captured_minor=0, refunded_minor=0),
    shipment=None,
)


class OrderingDouble:
    """This knows two orders."""

    def order(self, *, order_id: str) -> Order:
        if order_id != ORDER.order_id:
            raise UnknownOrder(f"there is no order {order_id}", order_id=order_id)
        return ORDER

    def orders(
        self, *, customer_id: str = "", status: str = "", cursor: str = "", limit: int = 50
    ) -> OrderPage:
        known = (SUMMARY, replace(SUMMARY, order_id="o-2", status="pending"))
        return OrderPage(orders=tuple(order for order in known if status in ("", order.status)))


class InventoryDouble:
    """This has two kinds of goods."""

    def levels(self, *, skus: tuple[str, ...] = ()) -> tuple[StockLevel, ...]:
        return (
            StockLevel(sku="LAMP", on_hand=3, reserved=3, available=0),
            StockLevel(sku="MUG", on_hand=40, reserved=2, available=38),
        )
