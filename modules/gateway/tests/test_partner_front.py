"""The partner front end: orders by token, one or many, and webhooks managed over HTTP."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from modules.kernel.contracts import PrincipalKind, new_id
from modules.kernel.http.testing import bearer
from modules.kernel.messaging.testing import drain

pytestmark = pytest.mark.django_db(transaction=True)

SCOPES = frozenset({"partner:orders:read", "partner:orders:write", "partner:webhooks"})
ORDER = {
    "currency": "USD",
    "lines": [{"sku": "NW-001", "quantity": 2}],
    "ship_to": {"name": "A", "line1": "B", "city": "C", "country": "D"},
    "payment_token": "tok_ok",
}


class Partner:
    """This speaks with the front end in the name of a partner."""

    def __init__(self, name: str) -> None:
        self._client = Client(headers=bearer(name, scopes=SCOPES, kind=PrincipalKind.PARTNER))

    def get(self, path: str) -> Any:
        return self._client.get(f"/partner/v1/{path}")

    def send(self, path: str, body: object = None, *, method: str = "POST", key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self._client.generic(
            method,
            f"/partner/v1/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers=headers,
        )


@pytest.fixture
def acme() -> Partner:
    return Partner("acme")


class TestOrders:
    def test_are_taken_in_and_told_of_under_their_url(self, acme: Partner) -> None:
        accepted = acme.send("orders", ORDER, key="1")
        assert accepted.status_code == 202
        assert accepted.headers["Location"] == accepted.json()["status_url"]
        drain()
        path = accepted.json()["status_url"].partition("/partner/v1/")[2]
        order = acme.get(path).json()
        assert (order["status"], order["failure"]["code"]) == ("failed", "unknown-product")
        assert acme.get("orders").json()["orders"][0]["order_id"] == order["order_id"]

    def test_are_placed_once_for_each_key_of_each_partner(self, acme: Partner) -> None:
        ids = [
            who.send("orders", ORDER, key="1").json()["order_id"]
            for who in (acme, acme, Partner("other"))
        ]
        assert ids[0] == ids[1] != ids[2]
        changed = {**ORDER, "payment_token": "tok_other"}
        refusal = acme.send("orders", changed, key="1").json()
        assert (refusal["code"], refusal["key"]) == ("idempotency-key-reused", "1")
        assert "the idempotency key '1' has placed another order" in refusal["detail"]
        assert acme.send("orders", ORDER).json()["code"] == "idempotency-key-missing"

    def test_are_the_partners_own(self, acme: Partner) -> None:
        order_id = acme.send("orders", ORDER, key="1").json()["order_id"]
        assert Partner("other").get(f"orders/{order_id}").status_code == 404
        assert Partner("other").send(f"orders/{order_id}/cancel").status_code == 404
        assert acme.send(f"orders/{order_id}/cancel").status_code == 202

    def test_need_a_token(self, acme: Partner) -> None:
        refused = Client().get("/partner/v1/orders")
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")

    def test_need_the_scope_of_the_route(self) -> None:
        headers = bearer("acme", scopes=["partner:orders:read"], kind=PrincipalKind.PARTNER)
        refused = Client(headers=headers).get("/partner/v1/webhooks")
        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope")


class TestImports:
    def test_say_of_each_order_what_became_of_it(self, acme: Partner) -> None:
        orders = [{**ORDER, "reference": "good"}, {**ORDER, "reference": "bad", "currency": "XXX"}]
        taken = acme.send("imports", {"orders": orders}, key="1")
        assert (taken.status_code, taken.json()["state"]) == (202, "pending")
        drain()
        done = acme.get(f"imports/{taken.json()['import_id']}").json()
        assert done["state"] == "done"
        placed = done["lines"][0]
        assert placed["state"] == "placed"
        assert placed["status_url"].endswith(f"/partner/v1/orders/{placed['order_id']}")

    def test_are_refused_as_a_whole_where_a_line_has_no_shape(self, acme: Partner) -> None:
        refused = acme.send("imports", {"orders": [{"reference": "a"}]}, key="1")
        assert refused.status_code == 400
        assert "lines" in json.dumps(refused.json()["errors"])

    def test_are_the_partners_own(self, acme: Partner) -> None:
        taken = acme.send("imports", {"orders": [{**ORDER, "reference": "a"}]}, key="1")
        path = f"imports/{taken.json()['import_id']}"
        assert Partner("other").get(path).json()["code"] == "unknown-import"


class TestWebhooks:
    def test_are_added_changed_and_removed(self, acme: Partner, settings: Settings) -> None:
        made = acme.send("webhooks", {"url": "https://acme.example/hooks"})
        assert made.status_code == 201
        assert made.json()["secret"].startswith("whsec_")
        path = f"webhooks/{made.json()['endpoint']['endpoint_id']}"
        assert "secret" not in acme.get(path).json()
        disabled = acme.send(path, {"enabled": False}, method="PATCH").json()
        assert (disabled["state"], disabled["reason"]) == (
            "disabled",
            "the partner has disabled it",
        )
        rotated = acme.send(f"{path}/secret")
        assert rotated.json()["secret"] != made.json()["secret"]
        assert acme.get(f"{path}/deliveries").json() == {"deliveries": [], "next_cursor": None}
        assert acme.send(f"{path}/replay").json()["code"] == "bad-endpoint"
        assert acme.send(path, {"enabled": True}, method="PATCH").json()["state"] == "enabled"
        assert acme.send(f"{path}/replay").json()["replayed"] == 0
        assert acme.send(path, method="DELETE").status_code == 204
        assert acme.get("webhooks").json() == {"endpoints": []}

    def test_are_not_sent_inside_the_house(self, acme: Partner) -> None:
        refused = acme.send("webhooks", {"url": "http://127.0.0.1:8000/admin/"})
        assert (refused.status_code, refused.json()["code"]) == (422, "bad-endpoint")

    def test_are_the_partners_own(self, acme: Partner) -> None:
        made = acme.send("webhooks", {"url": "https://acme.example/hooks"}).json()
        path = f"webhooks/{made['endpoint']['endpoint_id']}"
        other = Partner("other")
        assert other.get(path).status_code == 404
        assert other.get(f"{path}/deliveries").status_code == 404
        assert other.send(f"{path}/secret").status_code == 404
        assert other.send(path, method="DELETE").status_code == 404
        assert other.get(f"webhooks/{new_id()}").status_code == 404
