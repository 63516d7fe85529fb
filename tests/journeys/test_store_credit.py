"""Orders paid from the customer's account, and what is left on it."""

import json
from typing import Any

import pytest

from tests.journeys.conftest import PRICE_MINOR, Shop
from tests.topologies.plugin import System

_ACCOUNT = "/api/v1/payments/accounts/ANATR"


@pytest.fixture
def credit(system: System, shop: Shop) -> int:
    """This pays in what two products cost and a dollar more."""
    amount_minor = 2 * PRICE_MINOR + 100
    body = {"entry_id": "first", "amount_minor": amount_minor, "currency": "USD"}
    system.client.post(f"{_ACCOUNT}/deposits", json.dumps(body), content_type="application/json")
    return amount_minor


def account(system: System) -> tuple[int, int]:
    """This gives balance and held."""
    shown = system.client.get(_ACCOUNT).json()
    return shown["balance_minor"], shown["held_minor"]


def entries(system: System) -> list[str]:
    """This gives the kinds of all entries, once it has seen that their postings sum to zero."""
    found: list[dict[str, Any]] = system.client.get(f"{_ACCOUNT}/entries").json()["entries"]
    for entry in found:
        assert sum(posting["amount_minor"] for posting in entry["postings"]) == 0
    return [entry["kind"] for entry in found]


class TestAnOrderPaidFromCredit:
    def test_takes_the_money_once_the_goods_are_picked(
        self, system: System, shop: Shop, credit: int
    ) -> None:
        shop.sell("NW-001", on_hand=10)
        order_id = shop.place({"NW-001": 2}, token="credit")
        shop.deliver()
        assert shop.order(order_id)["status"] == "fulfilled"
        assert account(system) == (100, 0)
        assert entries(system) == ["money_deposited", "money_held", "hold_captured"]
        shop.audit()

    def test_is_refused_what_the_account_does_not_have(
        self, system: System, shop: Shop, credit: int
    ) -> None:
        shop.sell("NW-001", on_hand=10)
        order_id = shop.place({"NW-001": 3}, token="credit")
        shop.deliver()
        order = shop.order(order_id)
        assert (order["status"], order["failure"]["code"]) == ("failed", "payment-declined")
        assert "can spend" in order["failure"]["detail"]
        assert account(system) == (credit, 0)
        shop.audit()

    def test_gives_back_what_was_held_when_it_fails(
        self, system: System, shop: Shop, credit: int
    ) -> None:
        shop.sell("NW-001", on_hand=1)
        order_id = shop.place({"NW-001": 2}, token="credit")
        shop.deliver()
        assert shop.order(order_id)["failure"]["code"] == "out-of-stock"
        assert account(system) == (credit, 0)
        assert entries(system)[-1] == "hold_released"
        shop.audit()

    def test_gives_back_what_was_taken_when_the_goods_come_back(
        self, system: System, shop: Shop, credit: int
    ) -> None:
        shop.sell("NW-001", on_hand=10)
        order_id = shop.place({"NW-001": 2}, token="credit")
        shop.deliver()
        shop.send_back(order_id)
        shop.deliver()
        assert shop.order(order_id)["status"] == "returned"
        assert account(system) == (credit, 0)
        assert entries(system)[-1] == "capture_refunded"
