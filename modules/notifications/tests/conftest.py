"""Ordering as notifications sees it: somebody who answers one question."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from modules.kernel import interfaces
from modules.kernel.contracts import Unavailable
from modules.kernel.http.testing import house_client
from modules.notifications.models import Mail
from modules.ordering.contracts import (
    Order,
    OrderFailure,
    Ordering,
    OrderLine,
    OrderPayment,
    OrderShipment,
    UnknownOrder,
)
from modules.shipping.contracts import Address

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

ORDER = Order(
    order_id="order-1",
    customer_id="VINET",
    status="confirmed",
    currency="USD",
    total_minor=123_450,
    lines=(
        OrderLine(
            sku="11",
            name="Queso <Cabrales>",
            quantity=12,
            unit_price_minor=1400,
            discount_percent=Decimal(0),
            total_minor=16_800,
        ),
    ),
    ship_to=Address(
        name="Paul Henriot",
        line1="59 rue de l'Abbaye",
        city="Reims",
        postal_code="51100",
        country="France",
    ),
    placed_at=NOW,
    failure=None,
    payment=OrderPayment(status="captured", captured_minor=123_450, refunded_minor=0),
    shipment=None,
)
SHIPPED = replace(
    ORDER,
    status="fulfilled",
    shipment=OrderShipment(status="dispatched", tracking_number="SP000000000042"),
)
SOLD_OUT = replace(
    ORDER,
    status="failed",
    failure=OrderFailure(code="out-of-stock", detail="11: 12 requested, 3 available"),
    payment=OrderPayment(status="voided", captured_minor=0, refunded_minor=0),
)

#: Fixtures of others.
__all__ = ["house_client"]


class StandInOrdering:
    """This knows some orders.

    Attributes:
        is_away: whether a question fails.
        on_question: called when it is asked.
        asked_in_transaction: whether any question was asked inside one.
    """

    def __init__(self, *orders: Order) -> None:
        self.orders = {order.order_id: order for order in orders}
        self.is_away = False
        self.on_question: Callable[[], None] = lambda: None
        self.asked_in_transaction = False

    def order(self, *, order_id: str) -> Order:
        self.asked_in_transaction |= connection.in_atomic_block
        self.on_question()
        if self.is_away:
            raise Unavailable("ordering is away")
        try:
            return self.orders[order_id]
        except KeyError:
            raise UnknownOrder(f"there is no order {order_id}", order_id=order_id) from None


@pytest.fixture
def ordering(monkeypatch: pytest.MonkeyPatch) -> StandInOrdering:
    """This has the stand-in answer for ordering."""
    stand_in = StandInOrdering(ORDER)
    answering = {Ordering: stand_in}
    monkeypatch.setattr(interfaces, "get", answering.__getitem__)
    return stand_in


def recorded(kind: str = "confirmed", order_id: str = "order-1") -> int:
    """This records a mail as an event would, and gives its id."""
    mail = Mail.objects.create(order_id=order_id, kind=kind, recorded_at=NOW, due_at=NOW)
    return mail.pk
