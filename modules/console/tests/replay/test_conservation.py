"""Conservation: an honest end passes, and each planted breach is found under its name."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from modules.console.replay import (
    BookLine,
    BookOrder,
    Invariant,
    Observation,
    SeenOrder,
    SeenStock,
    violations,
)
from modules.shipping.contracts import Address

BOOK_ORDER = BookOrder(
    number=1,
    customer_id="VINET",
    currency="USD",
    lines=(
        BookLine(sku="A", quantity=2, unit_price_minor=500, discount_percent=Decimal(10)),
        BookLine(sku="B", quantity=1, unit_price_minor=100, discount_percent=Decimal(0)),
    ),
    ship_to=Address(name="Vins", line1="59 rue", city="Reims", country="France"),
)
FULFILLED = SeenOrder(
    book_order=BOOK_ORDER,
    order_id="one",
    status="fulfilled",
    total_minor=1000,
    captured_minor=1000,
    refunded_minor=0,
    shipment_status="dispatched",
)
FAILED = SeenOrder(
    book_order=replace(BOOK_ORDER, number=2),
    order_id="two",
    status="failed",
    total_minor=1000,
    captured_minor=1000,
    refunded_minor=1000,
    shipment_status="",
)
STOCK_OF_A = SeenStock(sku="A", initial=5, on_hand=3, reserved=0, available=3)
STOCK_OF_B = SeenStock(sku="B", initial=1, on_hand=0, reserved=0, available=0)
HONEST = Observation(orders=(FULFILLED, FAILED), stock=(STOCK_OF_A, STOCK_OF_B), strangers=())


def _with_orders(*orders: SeenOrder) -> Observation:
    return replace(HONEST, orders=orders)


def _with_stock(*stock: SeenStock) -> Observation:
    return replace(HONEST, stock=stock)


def _broken(observed: Observation) -> list[tuple[Invariant, str]]:
    return [(violation.invariant, violation.subject) for violation in violations(observed)]


#: Name of the breach → how it is planted, and what has to be found.
PLANTED: dict[str, tuple[Callable[[], Observation], tuple[Invariant, str]]] = {
    "charged twice": (
        lambda: _with_orders(replace(FULFILLED, captured_minor=2000), FAILED),
        (Invariant.MONEY_CONSERVED, "order 1 (one)"),
    ),
    "sent without being charged": (
        lambda: _with_orders(replace(FULFILLED, captured_minor=0), FAILED),
        (Invariant.MONEY_CONSERVED, "order 1 (one)"),
    ),
    "failed and not refunded": (
        lambda: _with_orders(FULFILLED, replace(FAILED, refunded_minor=0)),
        (Invariant.MONEY_CONSERVED, "order 2 (two)"),
    ),
    "refunded twice": (
        lambda: _with_orders(FULFILLED, replace(FAILED, refunded_minor=2000)),
        (Invariant.MONEY_CONSERVED, "order 2 (two)"),
    ),
    "negative capture": (
        lambda: _with_orders(
            replace(FULFILLED, captured_minor=-1000, refunded_minor=-2000), FAILED
        ),
        (Invariant.NOTHING_NEGATIVE, "order 1 (one)"),
    ),
    "discount forgotten": (
        lambda: _with_orders(replace(FULFILLED, total_minor=1100), FAILED),
        (Invariant.PRICE_AGREED, "order 1 (one)"),
    ),
    "failed and sent": (
        lambda: _with_orders(FULFILLED, replace(FAILED, shipment_status="dispatched")),
        (Invariant.GOODS_LEFT_FOR_FULFILLED_ONLY, "order 2 (two)"),
    ),
    "fulfilled and not sent": (
        lambda: _with_orders(replace(FULFILLED, shipment_status=""), FAILED),
        (Invariant.GOODS_LEFT_FOR_FULFILLED_ONLY, "order 1 (one)"),
    ),
    "still pending": (
        lambda: _with_orders(FULFILLED, replace(FAILED, status="pending")),
        (Invariant.NOTHING_PENDING, "order 2 (two)"),
    ),
    "confirmed for ever": (
        lambda: _with_orders(FULFILLED, replace(FAILED, status="confirmed")),
        (Invariant.NOTHING_PENDING, "order 2 (two)"),
    ),
    "two orders under one id": (
        lambda: _with_orders(FULFILLED, replace(FAILED, order_id="one")),
        (Invariant.PLACED_ONCE, "one"),
    ),
    "one order placed twice": (
        lambda: replace(HONEST, strangers=("three",)),
        (Invariant.PLACED_ONCE, "three"),
    ),
    "a unit came from nowhere": (
        lambda: _with_stock(replace(STOCK_OF_A, on_hand=4, available=4), STOCK_OF_B),
        (Invariant.STOCK_CONSERVED, "A"),
    ),
    "a unit is lost": (
        lambda: _with_stock(replace(STOCK_OF_A, on_hand=2, available=2), STOCK_OF_B),
        (Invariant.STOCK_CONSERVED, "A"),
    ),
    "sold below zero": (
        lambda: _with_stock(STOCK_OF_A, replace(STOCK_OF_B, initial=0, on_hand=-1, available=-1)),
        (Invariant.NOTHING_NEGATIVE, "B"),
    ),
    "a reservation is left behind": (
        lambda: _with_stock(replace(STOCK_OF_A, reserved=1, available=2), STOCK_OF_B),
        (Invariant.NOTHING_RESERVED, "A"),
    ),
}


class TestConservation:
    def test_holds_for_an_honest_end(self) -> None:
        assert _broken(HONEST) == []

    def test_holds_for_a_cancelled_order_that_was_never_charged(self) -> None:
        cancelled = replace(FAILED, status="cancelled", captured_minor=0, refunded_minor=0)
        assert _broken(_with_orders(FULFILLED, cancelled)) == []

    def test_holds_for_a_failed_order_whose_shipment_was_cancelled(self) -> None:
        called_off = replace(FAILED, shipment_status="cancelled")
        assert _broken(_with_orders(FULFILLED, called_off)) == []

    @pytest.mark.parametrize(("plant", "found"), PLANTED.values(), ids=PLANTED)
    def test_finds_exactly_what_is_planted(
        self, plant: Callable[[], Observation], found: tuple[Invariant, str]
    ) -> None:
        assert _broken(plant()) == [found]

    def test_finds_two_errors_that_cancel_out_in_the_sums(self) -> None:
        swapped = _with_orders(
            replace(FULFILLED, captured_minor=0), replace(FAILED, refunded_minor=0)
        )
        assert _broken(swapped) == [
            (Invariant.MONEY_CONSERVED, "order 1 (one)"),
            (Invariant.MONEY_CONSERVED, "order 2 (two)"),
        ]

    def test_has_a_planted_breach_of_every_invariant(self) -> None:
        assert {invariant for _, (invariant, _) in PLANTED.values()} == set(Invariant)
