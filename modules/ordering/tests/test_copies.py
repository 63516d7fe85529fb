"""Ordering's copies of what other modules have told it."""

import pytest

from modules.catalog.contracts import ProductChanged
from modules.ordering import queries
from modules.ordering.contracts import OrderPayment, OrderShipment
from modules.ordering.domain.copies import Outcome
from modules.ordering.models import KnownProduct
from modules.ordering.tests.orders import a_request, place
from modules.ordering.use_cases import (
    note_payment_authorised,
    note_payment_captured,
    note_payment_declined,
    note_payment_refunded,
    note_payment_voided,
    note_product,
    note_shipment_booked,
    note_shipment_cancelled,
    note_shipment_delivered,
    note_shipment_dispatched,
)
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def order_id() -> str:
    return place(a_request()).order_id


def news(*, revision: int, unit_price_minor: int) -> ProductChanged:
    return ProductChanged(
        sku="NW-001",
        name="Chai",
        category="Beverages",
        unit_price_minor=unit_price_minor,
        currency="USD",
        revision=revision,
    )


class TestNoteProduct:
    def test_keeps_what_it_hears_first(self) -> None:
        assert note_product(news(revision=4, unit_price_minor=1800)) is Outcome.APPLIED
        assert KnownProduct.objects.get(sku="NW-001").unit_price_minor == 1800

    def test_takes_over_what_is_newer(self) -> None:
        note_product(news(revision=1, unit_price_minor=1800))
        assert note_product(news(revision=2, unit_price_minor=1900)) is Outcome.APPLIED
        assert KnownProduct.objects.get(sku="NW-001").unit_price_minor == 1900

    @pytest.mark.parametrize("revision", [1, 2])
    def test_ignores_what_is_not_newer(self, revision: int) -> None:
        note_product(news(revision=2, unit_price_minor=1900))
        assert note_product(news(revision=revision, unit_price_minor=1)) is Outcome.STALE
        assert KnownProduct.objects.get(sku="NW-001").unit_price_minor == 1900


class TestNotePayment:
    def test_knows_of_none_before_it_has_heard_of_one(self, order_id: str) -> None:
        assert payment(order_id) == OrderPayment(status="none", captured_minor=0, refunded_minor=0)

    def test_shows_what_was_taken(self, order_id: str) -> None:
        note_payment_authorised(
            PaymentAuthorised(order_id=order_id, amount_minor=3600, currency="USD")
        )
        assert payment(order_id).status == "authorised"
        note_payment_captured(PaymentCaptured(order_id=order_id, amount_minor=3600, currency="USD"))
        assert payment(order_id) == OrderPayment(
            status="captured", captured_minor=3600, refunded_minor=0
        )

    def test_shows_what_was_declined(self, order_id: str) -> None:
        note_payment_declined(
            PaymentDeclined(order_id=order_id, code="payment-declined", detail="no funds")
        )
        assert payment(order_id).status == "declined"

    def test_shows_an_authorisation_that_was_released(self, order_id: str) -> None:
        note_payment_voided(PaymentVoided(order_id=order_id, refunded_minor=0))
        assert payment(order_id) == OrderPayment(
            status="voided", captured_minor=0, refunded_minor=0
        )

    def test_shows_a_capture_that_was_given_back(self, order_id: str) -> None:
        note_payment_captured(PaymentCaptured(order_id=order_id, amount_minor=3600, currency="USD"))
        note_payment_voided(PaymentVoided(order_id=order_id, refunded_minor=3600))
        assert payment(order_id) == OrderPayment(
            status="refunded", captured_minor=3600, refunded_minor=3600
        )

    def test_keeps_the_sum_of_what_is_given_back_however_often_it_is_told(
        self, order_id: str
    ) -> None:
        note_payment_captured(PaymentCaptured(order_id=order_id, amount_minor=3600, currency="USD"))
        for refund_id, refunded_minor in (("r-1", 500), ("r-2", 1000), ("r-1", 500)):
            note_payment_refunded(
                PaymentRefunded(
                    order_id=order_id,
                    refund_id=refund_id,
                    amount_minor=500,
                    currency="USD",
                    refunded_minor=refunded_minor,
                )
            )
        assert payment(order_id).refunded_minor == 1000

    @pytest.mark.parametrize("unknown", ["01a205b5-5e3b-7e13-8a11-000000000000", "no-id-at-all"])
    def test_leaves_a_payment_alone_that_is_for_no_order_of_ours(self, unknown: str) -> None:
        outcome = note_payment_voided(PaymentVoided(order_id=unknown, refunded_minor=0))
        assert outcome is Outcome.UNKNOWN_ORDER


class TestNoteShipment:
    def test_knows_of_none_before_it_is_booked(self, order_id: str) -> None:
        assert queries.order(order_id=order_id).shipment is None

    def test_follows_the_shipment_to_the_door(self, order_id: str) -> None:
        book(order_id)
        assert shipment(order_id) == OrderShipment(status="booked", tracking_number="TRK-1")
        note_shipment_dispatched(
            ShipmentDispatched(order_id=order_id, shipment_id="s-1", tracking_number="TRK-1")
        )
        assert shipment(order_id).status == "dispatched"
        note_shipment_delivered(ShipmentDelivered(order_id=order_id, shipment_id="s-1"))
        assert shipment(order_id).status == "delivered"

    def test_shows_a_booking_that_was_cancelled(self, order_id: str) -> None:
        book(order_id)
        note_shipment_cancelled(ShipmentCancelled(order_id=order_id))
        assert shipment(order_id).status == "cancelled"

    def test_shows_no_shipment_where_one_was_cancelled_before_it_was_booked(
        self, order_id: str
    ) -> None:
        note_shipment_cancelled(ShipmentCancelled(order_id=order_id))
        assert queries.order(order_id=order_id).shipment is None

    @pytest.mark.parametrize("unknown", ["01a205b5-5e3b-7e13-8a11-000000000000", "no-id-at-all"])
    def test_leaves_a_shipment_alone_that_is_for_no_order_of_ours(self, unknown: str) -> None:
        assert book(unknown) is Outcome.UNKNOWN_ORDER


def book(order_id: str) -> Outcome:
    return note_shipment_booked(
        ShipmentBooked(order_id=order_id, shipment_id="s-1", tracking_number="TRK-1")
    )


def payment(order_id: str) -> OrderPayment:
    return queries.order(order_id=order_id).payment


def shipment(order_id: str) -> OrderShipment:
    shown = queries.order(order_id=order_id).shipment
    assert shown is not None
    return shown
