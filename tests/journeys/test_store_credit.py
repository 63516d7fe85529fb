"""Orders paid from the customer's account, and what is left on it."""

import json

import pytest
from django.test import Client

from modules.payments import queries
from tests.journeys.conftest import PRICE_MINOR, Shop


@pytest.fixture
def credit(client: Client, shop: Shop) -> int:
    """This pays in what two products cost and a dollar more."""
    amount_minor = 2 * PRICE_MINOR + 100
    body = {"entry_id": "first", "amount_minor": amount_minor, "currency": "USD"}
    client.post(
        "/api/v1/payments/accounts/ANATR/deposits",
        json.dumps(body),
        content_type="application/json",
    )
    return amount_minor


def account(client: Client) -> tuple[int, int]:
    """This gives balance and held."""
    shown = client.get("/api/v1/payments/accounts/ANATR").json()
    return shown["balance_minor"], shown["held_minor"]


class TestAnOrderPaidFromCredit:
    def test_takes_the_money_once_the_goods_are_picked(
        self, client: Client, shop: Shop, credit: int
    ) -> None:
        shop.sell("NW-001", on_hand=10)
        order_id = shop.place({"NW-001": 2}, token="credit")
        shop.deliver()
        assert shop.order(order_id)["status"] == "fulfilled"
        assert account(client) == (100, 0)
        kinds = [entry.kind for entry in queries.entries("ANATR")]
        assert kinds == ["money_deposited", "money_held", "hold_captured"]
        assert queries.sum_of_postings() == {"USD": 0}
        shop.audit()

    def test_is_refused_what_the_account_does_not_have(
        self, client: Client, shop: Shop, credit: int
    ) -> None:
        shop.sell("NW-001", on_hand=10)
        order_id = shop.place({"NW-001": 3}, token="credit")
        shop.deliver()
        order = shop.order(order_id)
        assert (order["status"], order["failure"]["code"]) == ("failed", "payment-declined")
        assert "can spend" in order["failure"]["detail"]
        assert account(client) == (credit, 0)
        shop.audit()

    def test_gives_back_what_was_held_when_it_fails(
        self, client: Client, shop: Shop, credit: int
    ) -> None:
        shop.sell("NW-001", on_hand=1)
        order_id = shop.place({"NW-001": 2}, token="credit")
        shop.deliver()
        assert shop.order(order_id)["failure"]["code"] == "out-of-stock"
        assert account(client) == (credit, 0)
        assert queries.sum_of_postings() == {"USD": 0}
        shop.audit()

    def test_gives_back_what_was_taken_when_the_goods_come_back(
        self, client: Client, shop: Shop, credit: int
    ) -> None:
        shop.sell("NW-001", on_hand=10)
        order_id = shop.place({"NW-001": 2}, token="credit")
        shop.deliver()
        shop.send_back(order_id)
        shop.deliver()
        assert shop.order(order_id)["status"] == "returned"
        assert account(client) == (credit, 0)
        assert [entry.kind for entry in queries.entries("ANATR")][-1] == "capture_refunded"
        assert queries.sum_of_postings() == {"USD": 0}
