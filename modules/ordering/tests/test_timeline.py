"""The timeline of an order: what happened, in the order in which it did."""

import pytest

from modules.kernel import interfaces
from modules.kernel.contracts import new_id
from modules.kernel.messaging.testing import drain
from modules.ordering.contracts import Ordering, UnknownOrder
from modules.ordering.tests.orders import a_line, a_request, place

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order_id() -> str:
    """An order of a product that nobody has announced, which has failed by now."""
    placed = place(a_request(a_line("NW-001")), key=str(new_id()))
    drain()
    return placed.order_id


class TestTimeline:
    def test_tells_what_happened_in_order_and_why(self, order_id: str) -> None:
        moments = interfaces.get(Ordering).timeline(order_id=order_id)
        assert [(one.what, one.code) for one in moments] == [
            ("order-placed", ""),
            ("order-failed", "unknown-product"),
        ]
        assert moments[0].happened_at <= moments[1].happened_at

    def test_is_of_one_order_only(self, order_id: str) -> None:
        other = place(a_request(a_line("NW-002")), key=str(new_id()))
        drain()
        moments = interfaces.get(Ordering).timeline(order_id=other.order_id)
        assert [one.what for one in moments] == ["order-placed", "order-failed"]

    def test_says_that_there_is_no_such_order(self) -> None:
        with pytest.raises(UnknownOrder):
            interfaces.get(Ordering).timeline(order_id=str(new_id()))
