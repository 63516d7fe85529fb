"""What can be bought, from the read model: the same as on the shelves, a moment later."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from modules.inventory import queries, use_cases
from modules.inventory.contracts import ReserveStock, StockLine
from modules.kernel.messaging.testing import drain

pytestmark = pytest.mark.django_db(transaction=True)


class TestAvailability:
    def test_is_what_the_shelves_say(self, client: Client) -> None:
        use_cases.put_stock(sku="A-1", on_hand=10)
        use_cases.put_shelf(sku="A-1", location="north", on_hand=5)
        use_cases.put_stock(sku="B-1", on_hand=1)
        use_cases.reserve_stock(
            ReserveStock(order_id="o-1", lines=(StockLine(sku="A-1", quantity=12),)),
            expires_after=timedelta(minutes=5),
        )
        drain()
        assert queries.availability().levels == queries.levels()
        answer = client.get("/api/v1/availability", {"sku": ["A-1"]}).json()
        assert [level["available"] for level in answer["levels"]] == [3]

    def test_comes_page_by_page(self, client: Client) -> None:
        for number in range(3):
            use_cases.put_stock(sku=f"A-{number}", on_hand=1)
        drain()
        first = client.get("/api/v1/availability", {"limit": 2}).json()
        rest = client.get("/api/v1/availability", {"after": first["next_after"]}).json()
        found = [level["sku"] for level in first["levels"] + rest["levels"]]
        assert (found, rest["next_after"]) == (["A-0", "A-1", "A-2"], None)

    def test_has_ones_own_write(self, client: Client) -> None:
        drain()
        answer = client.put(
            "/api/v1/inventory/A-1", json.dumps({"on_hand": 7}), content_type="application/json"
        )
        token = answer.headers["X-Write-Token"]
        behind = client.get(
            "/api/v1/availability", headers={"X-Write-Token": token, "X-Read-Deadline-Ms": "20"}
        )
        assert (behind.status_code, behind.json()["code"]) == (503, "read-model-behind")
        assert behind.json()["seconds_behind"] >= 0
        drain()
        seen = client.get("/api/v1/availability", headers={"X-Write-Token": token})
        assert seen.json()["levels"][0]["on_hand"] == 7
