"""The checkout's own steps, called as the engine calls them."""

from decimal import Decimal

import pytest

from modules.catalog.contracts import UnknownProduct
from modules.kernel.contracts import new_id
from modules.kernel.messaging import unit_of_work
from modules.kernel.messaging.testing import messages
from modules.kernel.sagas import Failure
from modules.ordering import queries, steps
from modules.ordering.contracts import (
    Order,
    OrderCancelled,
    OrderConfirmed,
    OrderFailed,
    OrderFailure,
    OrderFulfilled,
    OrderPlaced,
    RequestedLine,
    UnknownOrder,
)
from modules.ordering.domain.order_status import IllegalTransition
from modules.ordering.tests.orders import a_line, a_request, announce, place

pytestmark = pytest.mark.django_db

DECLINED = Failure(code="payment-declined", detail="no funds", step="authorise")
WISHED = Failure(code="cancelled", detail="cancelled on request", step="", cancelled=True)


def placed(*lines: RequestedLine, currency: str = "USD") -> OrderPlaced:
    place(a_request(*lines, currency=currency))
    return messages(OrderPlaced)[-1]


def shown(order: OrderPlaced) -> Order:
    return queries.order(order_id=order.order_id)


def agree(order: OrderPlaced) -> object:
    with unit_of_work("ordering") as work:
        return steps.agree_prices(order.order_id, order, work)


def confirm(order: OrderPlaced) -> None:
    with unit_of_work("ordering") as work:
        steps.confirm(order.order_id, order, work)


def fulfil(order: OrderPlaced) -> None:
    with unit_of_work("ordering") as work:
        steps.fulfil(order.order_id, order, work)


def reject(order: OrderPlaced, failure: Failure) -> None:
    with unit_of_work("ordering") as work:
        steps.reject(order.order_id, order, failure, work)


class TestMarkPending:
    def test_refuses_an_order_that_is_not_there(self) -> None:
        nobody, order = str(new_id()), placed()
        with unit_of_work("ordering") as work, pytest.raises(UnknownOrder):
            steps.mark_pending(nobody, order, work)


class TestAgreePrices:
    def test_gives_the_total_and_writes_it_on_the_order(self) -> None:
        announce("NW-001", name="Chai", unit_price_minor=1800)
        order = placed(
            a_line("NW-001", 2),
            a_line("NW-001", 3, unit_price_minor=1441, discount_percent=Decimal("12.5")),
        )
        assert agree(order) == {"total_minor": 3600 + 3783}
        assert shown(order).total_minor == 7383
        assert [(line.name, line.total_minor) for line in shown(order).lines] == [
            ("Chai", 3600),
            ("Chai", 3783),
        ]

    def test_takes_the_price_of_the_moment_of_placing(self) -> None:
        announce(unit_price_minor=1800)
        order = placed(a_line(quantity=1))
        announce(unit_price_minor=9900, revision=2)
        assert agree(order) == {"total_minor": 1800}

    def test_prices_a_product_that_was_announced_after_the_order(self) -> None:
        order = placed(a_line(quantity=1))
        announce(name="Chai", unit_price_minor=1800)
        assert agree(order) == {"total_minor": 1800}
        assert shown(order).lines[0].name == "Chai"

    @pytest.mark.parametrize("unit_price_minor", [None, 500])
    def test_refuses_a_product_that_was_never_announced(self, unit_price_minor: int | None) -> None:
        order = placed(a_line("NW-999", unit_price_minor=unit_price_minor))
        with pytest.raises(UnknownProduct) as refusal:
            agree(order)
        assert (refusal.value.code, refusal.value.facts) == ("unknown-product", {"sku": "NW-999"})

    def test_refuses_a_product_without_a_price_in_the_orders_currency(self) -> None:
        announce(currency="EUR")
        with pytest.raises(UnknownProduct, match="no price in USD"):
            agree(placed())


class TestConfirmAndFulfil:
    def test_say_so_in_turn(self) -> None:
        order = placed()
        confirm(order)
        assert shown(order).status == "confirmed"
        fulfil(order)
        assert shown(order).status == "fulfilled"
        assert messages(OrderConfirmed) == [OrderConfirmed(order_id=order.order_id)]
        assert messages(OrderFulfilled) == [OrderFulfilled(order_id=order.order_id)]

    def test_refuse_to_skip_the_confirmation(self) -> None:
        with pytest.raises(IllegalTransition):
            fulfil(placed())
        assert messages(OrderFulfilled) == []


class TestReject:
    def test_ends_a_failed_order_with_the_reason(self) -> None:
        order = placed()
        reject(order, DECLINED)
        assert shown(order).status == "failed"
        assert shown(order).failure == OrderFailure(code="payment-declined", detail="no funds")
        assert messages(OrderFailed) == [
            OrderFailed(order_id=order.order_id, code="payment-declined")
        ]

    def test_ends_a_cancelled_order_without_a_failure(self) -> None:
        order = placed()
        reject(order, WISHED)
        assert (shown(order).status, shown(order).failure) == ("cancelled", None)
        assert messages(OrderCancelled) == [OrderCancelled(order_id=order.order_id)]
        assert messages(OrderFailed) == []

    @pytest.mark.parametrize("failure", [DECLINED, WISHED])
    def test_refuses_to_undo_what_is_confirmed(self, failure: Failure) -> None:
        order = placed()
        confirm(order)
        with pytest.raises(IllegalTransition):
            reject(order, failure)
        assert shown(order).status == "confirmed"
