"""Buying through the web front end, and a partner's webhooks, wherever the modules run."""

import json
from typing import Any

from modules.kernel.contracts import PrincipalKind
from modules.kernel.http.testing import bearer
from tests.journeys.conftest import PRICE_MINOR, Shop
from tests.topologies.plugin import System

SCOPES = ("orders:read", "orders:write", "partner:orders:read", "partner:orders:write")
ORDER = {
    "currency": "USD",
    "lines": [{"sku": "NW-001", "quantity": 2}],
    "ship_to": {"name": "A", "line1": "B", "city": "México", "country": "Mexico"},
    "payment_token": "tok_ok",
}


class TestFrontEnds:
    def test_show_one_order_each_in_its_way(self, system: System, shop: Shop) -> None:
        shop.sell("NW-001", on_hand=10)
        headers = bearer("acme", scopes=SCOPES, kind=PrincipalKind.PARTNER)

        def get(path: str) -> Any:
            answer = system.client.get(path, headers=headers)
            assert answer.status_code == 200, answer.content
            return answer

        accepted = system.client.post(
            "/partner/v1/orders",
            json.dumps(ORDER),
            content_type="application/json",
            headers={**headers, "Idempotency-Key": "1"},
        )
        assert accepted.status_code == 202, accepted.content
        order_id = accepted.json()["order_id"]
        shop.count(order_id, {"NW-001": 2})
        shop.deliver()

        assert get(f"/partner/v1/orders/{order_id}").json()["status"] == "fulfilled"
        web = get(f"/web/orders/{order_id}")
        page = web.json()
        assert set(page["parts"].values()) == {"ok"}
        assert page["payment"]["captured_minor"] == 2 * PRICE_MINOR
        assert page["shipment"]["tracking_number"]
        assert page["lines"][0]["picture"]
        told = [moment["what"] for moment in page["timeline"]]
        assert told[0] == "order-placed"
        assert {"payment-captured", "stock-picked", "order-fulfilled"} <= set(told)
        mobile = get(f"/mobile/orders/{order_id}")
        assert mobile.json()["paid"] == 2 * PRICE_MINOR
        assert len(mobile.content) <= len(web.content) / 4
        shop.audit()
