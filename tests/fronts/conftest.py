"""What tests of the front ends as their clients see them have: a partner, and one's order."""

import json
from dataclasses import dataclass

import pytest
from django.test import Client

from modules.kernel.contracts import PrincipalKind
from modules.kernel.http.testing import bearer

PARTNER_SCOPES = frozenset({"partner:orders:read", "partner:orders:write", "partner:webhooks"})

ORDER = {
    "currency": "USD",
    "lines": [{"sku": "NW-001", "quantity": 2}],
    "ship_to": {"name": "A", "line1": "B", "city": "C", "country": "D"},
    "payment_token": "tok_ok",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """These are ids of things that there are, by the name of the parameter that asks for one."""

    ids: dict[str, str]


@pytest.fixture
def token() -> str:
    """This is the token of a partner."""
    header = bearer("acme", scopes=PARTNER_SCOPES, kind=PrincipalKind.PARTNER)
    return header["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def partner(token: str) -> Client:
    """This speaks HTTP in the name of a partner."""
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def known(partner: Client) -> Known:
    """An order, an import and an endpoint of the partner."""

    def post(path: str, body: object) -> dict[str, object]:
        answer = partner.post(
            f"/partner/v1/{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": "known"},
        )
        assert answer.status_code in (201, 202), answer.content
        found: dict[str, object] = answer.json()
        return found

    order = post("orders", ORDER)
    taken = post("imports", {"orders": [{**ORDER, "reference": "a"}]})
    endpoint = post("webhooks", {"url": "https://acme.example/hooks"})["endpoint"]
    assert isinstance(endpoint, dict)
    return Known(
        ids={
            "order_id": str(order["order_id"]),
            "import_id": str(taken["import_id"]),
            "endpoint_id": str(endpoint["endpoint_id"]),
        }
    )
