"""Finding orders: filters, pages, cursors."""

from decimal import Decimal

import pytest

from modules.kernel.contracts import Invalid, new_id
from modules.ordering import queries
from modules.ordering.contracts import OrderLine, OrderSummary, UnknownOrder
from modules.ordering.models import Order
from modules.ordering.tests.orders import ADDRESS, NOW, a_line, a_request, announce, place

pytestmark = pytest.mark.django_db


class TestOrder:
    def test_gives_an_order_as_it_was_placed(self) -> None:
        announce()
        line = a_line("NW-001", 2, discount_percent=Decimal("12.5"))
        order = queries.order(order_id=place(a_request(line)).order_id)
        assert order.lines == (
            OrderLine(
                sku="NW-001",
                name="Chai",
                quantity=2,
                unit_price_minor=1800,
                discount_percent=Decimal("12.50"),
                total_minor=None,
            ),
        )
        assert (order.ship_to, order.placed_at, order.total_minor) == (ADDRESS, NOW, 0)
        assert (order.status, order.failure, order.shipment) == ("pending", None, None)

    def test_keeps_the_lines_in_their_order(self) -> None:
        skus = ["NW-009", "NW-001", "NW-005", "NW-001"]
        order_id = place(a_request(*(a_line(sku) for sku in skus))).order_id
        assert [line.sku for line in queries.order(order_id=order_id).lines] == skus

    def test_knows_no_order_of_an_id_that_was_not_given_out(self) -> None:
        with pytest.raises(UnknownOrder):
            queries.order(order_id=str(new_id()))

    def test_knows_no_order_by_another_spelling_of_its_id(self) -> None:
        order_id = place(a_request()).order_id
        for spelling in (order_id.replace("-", ""), order_id.upper(), f"{{{order_id}}}", ""):
            with pytest.raises(UnknownOrder):
                queries.order(order_id=spelling)


class TestOrders:
    def test_gives_the_newest_first(self) -> None:
        placed = place_some(3)
        assert ids(queries.orders().orders) == list(reversed(placed))

    def test_gives_every_order_once_over_its_pages(self) -> None:
        placed = place_some(5)
        seen, cursor = [], ""
        for size in (2, 2, 1):
            page = queries.orders(limit=2, cursor=cursor)
            assert len(page.orders) == size
            seen += ids(page.orders)
            cursor = page.next_cursor or ""
        assert (seen, cursor) == (list(reversed(placed)), "")

    def test_gives_no_cursor_after_a_last_page_that_is_full(self) -> None:
        place_some(2)
        assert queries.orders(limit=2).next_cursor is None

    def test_is_not_shifted_by_an_order_that_is_placed_meanwhile(self) -> None:
        first, second, third = place_some(3)
        page = queries.orders(limit=1)
        place(a_request(), "meanwhile")
        after = queries.orders(cursor=page.next_cursor or "")
        assert (ids(page.orders), ids(after.orders)) == ([third], [second, first])

    def test_gives_those_of_one_customer(self) -> None:
        mine = place(a_request(customer_id="ALFKI"), "a")
        place(a_request(customer_id="ANATR"), "b")
        assert ids(queries.orders(customer_id="ALFKI").orders) == [mine.order_id]

    def test_gives_those_of_one_status(self) -> None:
        pending, failed = place_some(2)
        Order.objects.filter(id=failed).update(status="failed")
        assert ids(queries.orders(status="failed").orders) == [failed]
        assert ids(queries.orders(status="pending").orders) == [pending]

    @pytest.mark.parametrize(
        "narrowed", [{"status": "lost"}, {"cursor": "?"}, {"cursor": "AAAA"}, {"cursor": "é"}]
    )
    def test_refuses_what_it_never_gave_out(self, narrowed: dict[str, str]) -> None:
        with pytest.raises(Invalid):
            queries.orders(**narrowed)  # type: ignore[arg-type]  # texts only

    @pytest.mark.parametrize("limit", [0, 201])
    def test_refuses_a_page_of_no_size_or_of_too_great_a_one(self, limit: int) -> None:
        with pytest.raises(Invalid, match="limit is 1 to 200"):
            queries.orders(limit=limit)


def place_some(number: int) -> list[str]:
    # In the order of their ids: those made within one millisecond are in no other.
    return sorted(place(a_request(), f"key-{n}").order_id for n in range(number))


def ids(orders: tuple[OrderSummary, ...]) -> list[str]:
    return [order.order_id for order in orders]
