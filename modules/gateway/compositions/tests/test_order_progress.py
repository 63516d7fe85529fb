from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from modules.gateway.compositions.order_progress import progress_of
from modules.ordering.contracts import (
    Order,
    OrderFailure,
    OrderLine,
    OrderPayment,
    OrderShipment,
)
from modules.shipping.contracts import Address

PLACED = Order(
    order_id="o-1",
    customer_id="c-1",
    status="pending",
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
    placed_at=datetime(2026, 5, 4, tzinfo=UTC),
    failure=None,
    payment=OrderPayment(status="none", captured_minor=0, refunded_minor=0),
    shipment=None,
)
AUTHORISED = replace(
    PLACED, payment=OrderPayment(status="authorised", captured_minor=0, refunded_minor=0)
)
BOOKED = replace(AUTHORISED, shipment=OrderShipment(status="booked", tracking_number="T1"))
CONFIRMED = replace(BOOKED, status="confirmed")
DISPATCHED = replace(CONFIRMED, shipment=OrderShipment(status="dispatched", tracking_number="T1"))
FULFILLED = replace(DISPATCHED, status="fulfilled")


def failed(code: str) -> Order:
    return replace(PLACED, status="failed", failure=OrderFailure(code=code, detail="as it was"))


def states(order: Order) -> str:
    """The states of the five steps, by their first letters."""
    return "".join(step.state[0] for step in progress_of(order).steps)


class TestProgress:
    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            (PLACED, "dcwww"),
            (AUTHORISED, "ddcww"),
            (BOOKED, "dddcw"),
            (CONFIRMED, "dddcw"),
            (DISPATCHED, "ddddc"),
            (FULFILLED, "ddddd"),
        ],
    )
    def test_moves_one_step_with_each_thing_heard(self, order: Order, expected: str) -> None:
        assert states(order) == expected

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("unknown-product", "fwwww"),
            ("payment-declined", "dfwww"),
            ("payment-timed-out", "dfwww"),
            ("out-of-stock", "ddfww"),
            ("undeliverable-address", "dddfw"),
        ],
    )
    def test_shows_a_failure_at_the_step_it_happened_in(self, code: str, expected: str) -> None:
        assert states(failed(code)) == expected

    def test_falls_back_on_the_detail_of_a_failure_it_does_not_know(self) -> None:
        assert progress_of(failed("meteorite")).explanation == "as it was"

    def test_says_what_became_of_the_money(self) -> None:
        declined = failed("payment-declined")
        refunded = OrderPayment(status="voided", captured_minor=1450, refunded_minor=1450)
        assert progress_of(declined).money == "You have not been charged."
        assert "refunded" in progress_of(replace(declined, payment=refunded)).money

    def test_can_be_cancelled_only_before_the_order_is_confirmed(self) -> None:
        cancellable = [
            order.status
            for order in (BOOKED, CONFIRMED, FULFILLED)
            if progress_of(order).cancellable
        ]
        assert cancellable == ["pending"]

    def test_is_final_once_nothing_can_change(self) -> None:
        final = {
            order.status: progress_of(order).final
            for order in (PLACED, CONFIRMED, FULFILLED, failed("out-of-stock"))
        }
        assert final == {"pending": False, "confirmed": False, "fulfilled": True, "failed": True}

    def test_has_a_fingerprint_that_changes_with_what_is_shown(self) -> None:
        orders = (PLACED, AUTHORISED, BOOKED, CONFIRMED, DISPATCHED, FULFILLED)
        assert len({progress_of(order).fingerprint for order in orders}) == len(orders)
        assert progress_of(PLACED).fingerprint == progress_of(replace(PLACED)).fingerprint
