"""Baskets, from the first piece to the order."""

import pytest

from modules.kernel.contracts import Invalid
from modules.kernel.messaging.testing import messages
from modules.ordering import queries
from modules.ordering.contracts import (
    BasketLine,
    EmptyBasket,
    OrderPlaced,
    OrderSummary,
    PlacedLine,
)
from modules.ordering.models import Order
from modules.ordering.tests.concurrency import at_one_moment
from modules.ordering.tests.orders import ADDRESS, NOW, announce
from modules.ordering.use_cases import check_out_basket, put_in_basket


def put(sku: str, quantity: int) -> None:
    put_in_basket(basket_id="b-1", sku=sku, quantity=quantity)


def check_out(basket_id: str = "b-1") -> OrderSummary:
    return check_out_basket(
        basket_id=basket_id,
        customer_id="ANATR",
        ship_to=ADDRESS,
        payment_token="tok_ok",
        now=NOW,
    )


@pytest.fixture
def products(db: None) -> None:
    announce("NW-001", name="Chai", unit_price_minor=1800)
    announce("NW-002", name="Chang", unit_price_minor=1900)


@pytest.mark.usefixtures("products")
class TestPutInBasket:
    def test_shows_what_is_in_it_at_todays_prices(self) -> None:
        put("NW-001", 2)
        put("NW-002", 1)
        basket = queries.find_basket("b-1")
        assert basket.lines[0] == BasketLine(
            sku="NW-001", name="Chai", quantity=2, unit_price_minor=1800, total_minor=3600
        )
        assert (basket.total_minor, basket.currency) == (5500, "USD")

    def test_follows_a_change_of_price(self) -> None:
        put("NW-001", 2)
        announce("NW-001", unit_price_minor=2000, revision=2)
        assert queries.find_basket("b-1").total_minor == 4000

    def test_sets_the_quantity_and_does_not_add_to_it(self) -> None:
        put("NW-001", 2)
        put("NW-001", 5)
        assert [line.quantity for line in queries.find_basket("b-1").lines] == [5]

    def test_takes_a_product_out_at_quantity_nought(self) -> None:
        put("NW-001", 2)
        put("NW-001", 0)
        assert queries.find_basket("b-1").lines == ()

    def test_keeps_baskets_apart(self) -> None:
        put("NW-001", 2)
        assert queries.find_basket("b-2").lines == ()

    @pytest.mark.parametrize("quantity", [-1, 1_000_001])
    def test_refuses_a_quantity_out_of_bounds(self, quantity: int) -> None:
        with pytest.raises(Invalid, match="quantity is 0 to 1,000,000"):
            put("NW-001", quantity)

    def test_refuses_a_product_that_was_never_announced(self) -> None:
        with pytest.raises(Invalid, match="no product NW-999 has been announced"):
            put("NW-999", 1)

    def test_refuses_a_second_currency(self) -> None:
        announce("NW-003", currency="EUR")
        put("NW-001", 1)
        with pytest.raises(Invalid, match="sold in EUR"):
            put("NW-003", 1)

    def test_refuses_an_id_that_no_basket_can_have(self) -> None:
        with pytest.raises(Invalid, match="basket_id"):
            put_in_basket(basket_id="x" * 65, sku="NW-001", quantity=1)


@pytest.mark.usefixtures("products")
class TestCheckOutBasket:
    def test_places_an_order_for_what_is_in_it_and_empties_it(self) -> None:
        put("NW-001", 2)
        put("NW-002", 1)
        order = queries.order(order_id=check_out().order_id)
        assert [(line.sku, line.quantity, line.unit_price_minor) for line in order.lines] == [
            ("NW-001", 2, 1800),
            ("NW-002", 1, 1900),
        ]
        assert queries.find_basket("b-1").lines == ()
        (placed,) = messages(OrderPlaced)
        assert placed.lines[0] == PlacedLine(sku="NW-001", quantity=2)

    def test_orders_once_however_often_it_is_clicked(self) -> None:
        put("NW-001", 2)
        assert check_out() == check_out() == check_out()
        assert (Order.objects.count(), len(messages(OrderPlaced))) == (1, 1)

    def test_orders_again_once_something_was_put_in_again(self) -> None:
        put("NW-001", 2)
        first = check_out()
        put("NW-001", 2)
        assert check_out().order_id != first.order_id

    @pytest.mark.parametrize("basket_id", ["b-1", "never-seen"])
    def test_refuses_an_empty_basket(self, basket_id: str) -> None:
        put("NW-001", 1)
        put("NW-001", 0)
        with pytest.raises(EmptyBasket):
            check_out(basket_id)

    def test_keeps_the_basket_when_the_order_is_refused(self) -> None:
        put("NW-001", 2)
        with pytest.raises(Invalid, match="customer_id is empty"):
            check_out_basket(
                basket_id="b-1", customer_id="", ship_to=ADDRESS, payment_token="tok_ok", now=NOW
            )
        assert len(queries.find_basket("b-1").lines) == 1


@pytest.mark.django_db(transaction=True)
class TestCheckingOutAtOneMoment:
    def test_orders_once(self) -> None:
        announce("NW-001")
        put("NW-001", 2)
        clicked = at_one_moment([check_out] * 4)
        assert len({order.order_id for order in clicked}) == 1
        assert (Order.objects.count(), len(messages(OrderPlaced))) == (1, 1)
