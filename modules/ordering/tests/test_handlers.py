"""The wiring: what the bus delivers reaches the copies."""

from collections.abc import Callable

import pytest

from modules.catalog.contracts import ProductChanged
from modules.kernel.messaging.testing import deliver
from modules.ordering import queries
from modules.ordering.contracts import OrderFailure
from modules.ordering.models import KnownProduct
from modules.ordering.tests.orders import a_line, a_request, place
from modules.payments.contracts import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
)
from modules.shipping.contracts import (
    ShipmentBooked,
    ShipmentCancelled,
    ShipmentDelivered,
    ShipmentDispatched,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order_id() -> str:
    """An order that its own checkout lets go of at once, so that it asks no other module."""
    return place(a_request(a_line("NW-999"))).order_id


class TestHandlers:
    def test_note_a_product(self) -> None:
        news = ProductChanged(
            sku="NW-001",
            name="Chai",
            category="Beverages",
            unit_price_minor=1800,
            currency="USD",
            revision=1,
        )
        deliver(news, source="catalog")
        assert KnownProduct.objects.get().name == "Chai"

    @pytest.mark.parametrize(
        ("news", "status"),
        [
            (
                lambda order: PaymentAuthorised(order_id=order, amount_minor=5, currency="USD"),
                "authorised",
            ),
            (lambda order: PaymentDeclined(order_id=order, code="c", detail="d"), "declined"),
            (
                lambda order: PaymentCaptured(order_id=order, amount_minor=5, currency="USD"),
                "captured",
            ),
            (lambda order: PaymentVoided(order_id=order, refunded_minor=0), "voided"),
            (
                lambda order: PaymentRefunded(
                    order_id=order, refund_id="r-1", amount_minor=5, currency="USD"
                ),
                "refunded",
            ),
        ],
    )
    def test_note_what_became_of_a_payment(
        self, order_id: str, news: Callable[[str], object], status: str
    ) -> None:
        deliver(news(order_id), source="payments")
        assert queries.order(order_id=order_id).payment.status == status

    @pytest.mark.parametrize(
        ("news", "status"),
        [
            (None, "booked"),
            (
                lambda order: ShipmentDispatched(
                    order_id=order, shipment_id="s", tracking_number="T-1"
                ),
                "dispatched",
            ),
            (lambda order: ShipmentDelivered(order_id=order, shipment_id="s"), "delivered"),
            (lambda order: ShipmentCancelled(order_id=order), "cancelled"),
        ],
    )
    def test_note_what_became_of_a_shipment(
        self, order_id: str, news: Callable[[str], object] | None, status: str
    ) -> None:
        booked = ShipmentBooked(order_id=order_id, shipment_id="s", tracking_number="T-1")
        deliver(booked, source="shipping")
        if news is not None:
            deliver(news(order_id), source="shipping")
        shipment = queries.order(order_id=order_id).shipment
        assert shipment is not None
        assert (shipment.status, shipment.tracking_number) == (status, "T-1")


class TestCheckout:
    def test_fails_an_order_for_what_was_never_announced(self, order_id: str) -> None:
        announced_too_late = ProductChanged(
            sku="NW-999", name="Late", category="", unit_price_minor=1, currency="USD", revision=1
        )
        deliver(announced_too_late, source="catalog")
        order = queries.order(order_id=order_id)
        assert (order.status, order.failure) == (
            "failed",
            OrderFailure(code="unknown-product", detail="no product NW-999 has been announced"),
        )
