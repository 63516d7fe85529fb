"""Placing an order, and placing it again."""

from functools import partial

import pytest

from modules.kernel.contracts import Invalid
from modules.kernel.messaging.testing import messages
from modules.ordering.contracts import (
    IdempotencyConflict,
    OrderPlaced,
    PlacedLine,
)
from modules.ordering.models import Order, OrderLine
from modules.ordering.tests.concurrency import at_one_moment
from modules.ordering.tests.orders import ADDRESS, NOW, a_line, a_request, announce, place

THREADS = 8


@pytest.mark.django_db
class TestPlaceOrder:
    def test_takes_the_order_in_as_pending(self) -> None:
        placed = place(a_request())
        assert (placed.status, placed.total_minor, placed.placed_at) == ("pending", 0, NOW)
        assert Order.objects.get().status == "pending"

    def test_announces_it_with_all_that_the_checkout_needs(self) -> None:
        placed = place(a_request(a_line("NW-001", 2), a_line("NW-002", 1), a_line("NW-001", 3)))
        assert messages(OrderPlaced) == [
            OrderPlaced(
                order_id=placed.order_id,
                customer_id="ANATR",
                currency="USD",
                lines=(
                    PlacedLine(sku="NW-001", quantity=5),
                    PlacedLine(sku="NW-002", quantity=1),
                ),
                ship_to=ADDRESS,
                payment_token="tok_ok",
            )
        ]

    def test_keeps_todays_price_of_a_known_product(self) -> None:
        announce(unit_price_minor=1800)
        place(a_request(a_line("NW-001")))
        announce(unit_price_minor=9900, revision=2)
        assert OrderLine.objects.get().unit_price_minor == 1800

    def test_keeps_the_agreed_price_where_the_line_has_one(self) -> None:
        announce(unit_price_minor=1800)
        place(a_request(a_line("NW-001", unit_price_minor=1440)))
        assert OrderLine.objects.get().unit_price_minor == 1440

    def test_takes_in_an_order_for_a_product_it_does_not_know_without_a_price(self) -> None:
        assert place(a_request(a_line("NW-999"))).status == "pending"
        assert OrderLine.objects.get().unit_price_minor is None

    def test_takes_no_price_of_another_currency(self) -> None:
        announce(currency="EUR")
        place(a_request(currency="USD"))
        assert OrderLine.objects.get().unit_price_minor is None

    def test_leaves_nothing_behind_when_it_refuses(self) -> None:
        with pytest.raises(Invalid):
            place(a_request(a_line(quantity=0)))
        assert (Order.objects.count(), messages(OrderPlaced)) == (0, [])
        assert place(a_request()).status == "pending"


@pytest.mark.django_db
class TestPlacingAgain:
    def test_gives_the_same_order_for_the_same_key_and_request(self) -> None:
        first, second = place(a_request()), place(a_request())
        assert first == second
        assert (Order.objects.count(), len(messages(OrderPlaced))) == (1, 1)

    def test_makes_another_order_for_another_key(self) -> None:
        first, second = place(a_request(), "key-1"), place(a_request(), "key-2")
        assert first.order_id != second.order_id

    def test_refuses_the_same_key_with_another_request(self) -> None:
        place(a_request())
        with pytest.raises(IdempotencyConflict) as refusal:
            place(a_request(a_line(quantity=3)))
        assert refusal.value.facts == {"key": "key-1"}
        assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestPlacingAtOneMoment:
    def test_makes_one_order_of_one_key(self) -> None:
        placed = at_one_moment([lambda: place(a_request())] * THREADS)
        assert len({order.order_id for order in placed}) == 1
        assert (Order.objects.count(), len(messages(OrderPlaced))) == (1, 1)

    def test_makes_one_order_and_refuses_the_other_requests(self) -> None:
        def place_or_be_refused(quantity: int) -> str:
            try:
                return place(a_request(a_line(quantity=quantity))).order_id
            except IdempotencyConflict:
                return "refused"

        placed = at_one_moment([partial(place_or_be_refused, n + 1) for n in range(THREADS)])
        assert placed.count("refused") == THREADS - 1
        assert (Order.objects.count(), len(messages(OrderPlaced))) == (1, 1)
