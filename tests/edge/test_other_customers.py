"""Whose orders a customer sees and places, and who may name prices."""

import json
from collections.abc import Mapping

import pytest
from django.test import Client

from modules.kernel.http.testing import customer
from tests.edge.owned import SHIP_TO, things


@pytest.mark.django_db(transaction=True)
class TestAnotherCustomer:
    def test_lists_their_own_orders_only(self) -> None:
        order_id = things()["order"]
        for path in ("/api/v1/orders", "/api/v1/orders/history"):
            assert Client(headers=customer("BLONP")).get(path).json()["orders"] == []
            [mine] = Client(headers=customer("ANATR")).get(path).json()["orders"]
            assert mine["order_id"] == order_id

    def test_orders_in_their_own_name_only(self) -> None:
        assert placed_by("BLONP", for_customer="ANATR") == (403, "not-your-order")
        assert placed_by("ANATR", for_customer="ANATR") == (202, "")


@pytest.mark.django_db(transaction=True)
class TestAgreedPrices:
    @pytest.mark.parametrize("agreed", [{"unit_price_minor": 1}, {"discount_percent": 50}])
    def test_need_their_scope(self, agreed: dict[str, int]) -> None:
        usual = ["orders:write"]
        assert placed_by("ANATR", scopes=usual, line=agreed) == (403, "prices-not-agreed")
        assert placed_by("ANATR", scopes=[*usual, "orders:import"], line=agreed) == (202, "")


def placed_by(
    subject: str,
    *,
    for_customer: str = "ANATR",
    scopes: list[str] | None = None,
    line: Mapping[str, int] | None = None,
) -> tuple[int, str]:
    """This places an order, and gives the status and the code of the answer."""
    body = {
        "customer_id": for_customer,
        "currency": "USD",
        "lines": [{"sku": "TEA", "quantity": 1, **(line or {})}],
        "ship_to": SHIP_TO,
        "payment_token": "tok_ok",
    }
    answer = Client(headers=customer(subject, scopes=scopes)).post(
        "/api/v1/orders",
        json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": f"{subject}{for_customer}{scopes}"},
    )
    return answer.status_code, answer.json().get("code", "")
