"""The order's state machine, every pair of it."""

from itertools import product

import pytest

from modules.ordering.domain.order_status import IllegalTransition, OrderStatus

LEGAL = {
    (OrderStatus.PENDING, OrderStatus.CONFIRMED),
    (OrderStatus.PENDING, OrderStatus.FAILED),
    (OrderStatus.PENDING, OrderStatus.CANCELLED),
    (OrderStatus.CONFIRMED, OrderStatus.FULFILLED),
    (OrderStatus.FULFILLED, OrderStatus.RETURNED),
}
ILLEGAL = set(product(OrderStatus, OrderStatus)) - LEGAL


class TestOrderStatus:
    @pytest.mark.parametrize(("present", "wanted"), sorted(LEGAL))
    def test_moves_along_the_way_of_an_order(
        self, present: OrderStatus, wanted: OrderStatus
    ) -> None:
        assert present.moved_to(wanted) == wanted

    @pytest.mark.parametrize(("present", "wanted"), sorted(ILLEGAL))
    def test_refuses_every_other_move(self, present: OrderStatus, wanted: OrderStatus) -> None:
        with pytest.raises(IllegalTransition, match=f"a {present} order cannot become {wanted}"):
            present.moved_to(wanted)

    def test_says_what_the_order_could_become_instead(self) -> None:
        with pytest.raises(IllegalTransition, match="it can become fulfilled"):
            OrderStatus.CONFIRMED.moved_to(OrderStatus.CANCELLED)

    def test_lets_only_a_pending_order_be_cancelled(self) -> None:
        assert [status for status in OrderStatus if status.is_cancellable] == ["pending"]
