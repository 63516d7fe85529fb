"""Orders from the first request to the end, through all modules, and what they leave behind."""

import pytest

from modules.kernel import interfaces
from modules.kernel.messaging.testing import messages
from modules.ordering.contracts import OrderCancelled, OrderFailed, OrderFulfilled
from modules.payments.contracts import AuthorisePayment, Payments
from tests.journeys.conftest import PRICE_MINOR, Shop


class TestFulfilment:
    @pytest.mark.parametrize("token", ["tok_ok", "tok_flaky"])
    def test_charges_and_ships_what_was_ordered(self, shop: Shop, token: str) -> None:
        shop.sell("NW-001", on_hand=10)
        order_id = shop.place({"NW-001": 2}, token=token)
        assert shop.order(order_id)["status"] == "pending"
        shop.deliver()
        order = shop.order(order_id)
        assert (order["status"], order["failure"]) == ("fulfilled", None)
        assert order["total_minor"] == 2 * PRICE_MINOR
        assert order["payment"] == {
            "status": "captured",
            "captured_minor": 2 * PRICE_MINOR,
            "refunded_minor": 0,
        }
        assert order["shipment"]["tracking_number"]
        assert shop.on_hand("NW-001") == 8
        assert messages(OrderFulfilled) == [OrderFulfilled(order_id=order_id)]
        shop.audit()

    def test_happens_once_for_one_key(self, shop: Shop) -> None:
        shop.sell("NW-001", on_hand=10)
        first = shop.place({"NW-001": 2}, key="once")
        assert shop.place({"NW-001": 2}, key="once") == first
        shop.deliver()
        assert shop.place({"NW-001": 2}, key="once") == first
        shop.deliver()
        assert shop.on_hand("NW-001") == 8
        shop.audit()

    def test_takes_the_goods_in_the_order_of_the_orders(self, shop: Shop) -> None:
        shop.sell("NW-001", on_hand=3)
        orders = []
        for _ in range(3):
            orders.append(shop.place({"NW-001": 2}))
            shop.deliver()
        statuses = [shop.order(order_id)["status"] for order_id in orders]
        assert statuses == ["fulfilled", "failed", "failed"]
        shop.audit()


class TestFailure:
    @pytest.mark.parametrize(
        ("lines", "token", "postal_code", "code"),
        [
            ({"NW-001": 2}, "tok_declined", "05021", "payment-declined"),
            ({"NW-001": 2, "NW-002": 6}, "tok_ok", "05021", "out-of-stock"),
            ({"NW-001": 2}, "tok_ok", "00000", "undeliverable-address"),
            ({"NW-001": 2, "NW-999": 1}, "tok_ok", "05021", "unknown-product"),
        ],
    )
    def test_gives_everything_back_and_says_why(
        self, shop: Shop, lines: dict[str, int], token: str, postal_code: str, code: str
    ) -> None:
        shop.sell("NW-001", on_hand=10)
        shop.sell("NW-002", on_hand=5)
        order_id = shop.place(lines, token=token, postal_code=postal_code)
        shop.deliver()
        order = shop.order(order_id)
        assert (order["status"], order["failure"]["code"]) == ("failed", code)
        assert order["failure"]["detail"]
        assert order["payment"]["captured_minor"] == order["payment"]["refunded_minor"]
        assert (shop.on_hand("NW-001"), shop.on_hand("NW-002")) == (10, 5)
        assert messages(OrderFailed) == [OrderFailed(order_id=order_id, code=code)]
        shop.audit()

    def test_shows_the_payment_as_given_back_once_the_order_has_failed(self, shop: Shop) -> None:
        shop.sell("NW-001", on_hand=1)
        order_id = shop.place({"NW-001": 2})
        shop.deliver()
        assert shop.order(order_id)["payment"]["status"] == "voided"
        assert interfaces.get(Payments).status(order_id=order_id).status == "voided"

    def test_asks_for_no_money_for_a_product_that_is_unknown(self, shop: Shop) -> None:
        order_id = shop.place({"NW-999": 1})
        shop.deliver()
        assert shop.order(order_id)["payment"]["status"] == "none"
        assert messages(AuthorisePayment) == []

    def test_leaves_no_money_with_a_provider_that_never_answered(self, shop: Shop) -> None:
        shop.sell("NW-001", on_hand=10)
        # Several: for about half of them the sandbox did what it did not answer.
        orders = [shop.place({"NW-001": 1}, token="tok_timeout") for _ in range(6)]
        shop.deliver()
        for order in map(shop.order, orders):
            assert (order["status"], order["failure"]["code"]) == ("failed", "payment-timed-out")
            assert order["payment"]["captured_minor"] == order["payment"]["refunded_minor"]
        assert shop.on_hand("NW-001") == 10
        shop.audit()


class TestCancelling:
    def test_undoes_an_order_that_has_not_begun(self, shop: Shop) -> None:
        shop.sell("NW-001", on_hand=10)
        order_id = shop.place({"NW-001": 2})
        assert shop.cancel(order_id) == 202
        shop.deliver()
        order = shop.order(order_id)
        assert (order["status"], order["failure"]) == ("cancelled", None)
        assert messages(OrderCancelled) == [OrderCancelled(order_id=order_id)]
        assert shop.on_hand("NW-001") == 10
        shop.audit()

    def test_undoes_an_order_whose_payment_is_under_way(self, shop: Shop) -> None:
        shop.sell("NW-001", on_hand=10)
        order_id = shop.place({"NW-001": 2}, token="tok_flaky")
        shop.deliver_what_is_due()  # up to the provider's first failure; the call is to be retried
        assert messages(AuthorisePayment) != []
        assert shop.cancel(order_id) == 202
        shop.deliver()
        order = shop.order(order_id)
        assert order["status"] == "cancelled"
        assert order["payment"]["status"] == "voided"
        shop.audit()

    def test_is_refused_once_the_goods_have_left(self, shop: Shop) -> None:
        shop.sell("NW-001", on_hand=10)
        order_id = shop.place({"NW-001": 2})
        shop.deliver()
        assert shop.cancel(order_id) == 409
        shop.deliver()
        assert shop.order(order_id)["status"] == "fulfilled"
        shop.audit()


class TestManyOrders:
    def test_leave_money_and_stock_conserved(self, shop: Shop) -> None:
        shop.sell("NW-001", on_hand=7)
        shop.sell("NW-002", on_hand=5)
        orders = [
            shop.place({"NW-001": 1 + n % 3, "NW-002": 1}, token=token, postal_code=postal_code)
            for n, (token, postal_code) in enumerate(
                (token, postal_code)
                for token in ("tok_ok", "tok_flaky", "tok_declined", "tok_timeout")
                for postal_code in ("05021", "", "00000")
            )
        ]
        shop.cancel(orders[1])
        shop.deliver()
        statuses = {shop.order(order_id)["status"] for order_id in orders}
        assert statuses == {"fulfilled", "failed", "cancelled"}
        shop.audit()
