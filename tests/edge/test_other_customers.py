"""What is somebody's, asked for as its owner and as somebody else; and who may name prices."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from modules.kernel.contracts import PrincipalKind
from modules.kernel.http.testing import bearer, customer
from modules.kernel.messaging.testing import drain
from tests.edge.owned import OWNED
from tests.journeys.conftest import Shop
from tests.topologies.plugin import System

SHIP_TO = {
    "name": "Ana Trujillo",
    "line1": "Avda. de la Constitución 2222",
    "city": "México",
    "postal_code": "05021",
    "country": "Mexico",
}
MONEY = {"entry_id": "1", "amount_minor": 5, "currency": "USD"}
IMPORTED = {
    "reference": "a",
    "currency": "USD",
    "lines": [{"sku": "TEA", "quantity": 1}],
    "ship_to": SHIP_TO,
    "payment_token": "tok_ok",
}


def asks(path: str, subject: str) -> dict[str, str]:
    """This gives the header of a partner on the partners' front, of a customer elsewhere."""
    is_partners = path.startswith("/partner/")
    return bearer(
        subject,
        scopes=scopes_of(is_partners),
        kind=PrincipalKind.PARTNER if is_partners else PrincipalKind.CUSTOMER,
    )


def scopes_of(is_partners: bool) -> Iterable[str]:
    return [one for one in settings.QUARRY_SCOPES if one.startswith("partner:") is is_partners]


def send(headers: dict[str, str], method: str, path: str, body: object) -> Any:
    return Client(headers=headers).generic(
        method, path, json.dumps(body), content_type="application/json"
    )


@pytest.mark.django_db(transaction=True)
class TestAnotherCustomer:
    """ANATR has ordered, and has an account, an import and a webhook; BLONP asks."""

    @pytest.fixture
    def things(self) -> dict[str, str]:
        """This gives the ids of what ANATR owns."""
        shop = Shop(System(client=Client(headers=bearer()), drain=drain))
        shop.sell("TEA", on_hand=10)
        order_id = shop.place({"TEA": 1})
        shop.deliver()
        send(bearer(), "POST", "/api/v1/payments/accounts/ANATR/deposits", MONEY)
        partner = asks("/partner/v1", "ANATR") | {"Idempotency-Key": "1"}
        imported = send(partner, "POST", "/partner/v1/imports", {"orders": [IMPORTED]})
        hook = {"url": "https://anatr.example/hooks"}
        made = send(partner, "POST", "/partner/v1/webhooks", hook)
        return {
            "order": order_id,
            "import": imported.json()["import_id"],
            "endpoint": made.json()["endpoint"]["endpoint_id"],
        }

    @pytest.mark.parametrize(("method", "path", "own", "others"), OWNED)
    def test_is_told_nothing_and_changes_nothing(
        self, things: dict[str, str], method: str, path: str, own: int, others: int
    ) -> None:
        path = path.format_map(things)
        body = MONEY | {"entry_id": "2"} if "/accounts/" in path else {}
        for subject, status in (("BLONP", others), ("ANATR", own)):
            answer = send(asks(path, subject), method, path, body)
            assert answer.status_code == status, (subject, answer.content)

    def test_lists_their_own_orders_only(self, things: dict[str, str]) -> None:
        for path in ("/api/v1/orders", "/api/v1/orders/history"):
            assert Client(headers=customer("BLONP")).get(path).json()["orders"] == []
            [mine] = Client(headers=customer("ANATR")).get(path).json()["orders"]
            assert mine["order_id"] == things["order"]

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
