"""Inventory over HTTP, as its callers see it."""

import pytest
from rest_framework.test import APIClient

from modules.inventory.tests.orders import reserve
from modules.kernel.http.testing import bearer

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    return APIClient(headers=bearer())


class TestStock:
    def test_is_created_by_a_put(self, api: APIClient) -> None:
        answer = api.put("/api/v1/inventory/A", {"on_hand": 10}, format="json")

        assert answer.status_code == 201
        assert answer.json() == {"sku": "A", "on_hand": 10, "reserved": 0, "available": 10}

    def test_is_replaced_by_the_next_put(self, api: APIClient) -> None:
        api.put("/api/v1/inventory/A", {"on_hand": 10}, format="json")

        answer = api.put("/api/v1/inventory/A", {"on_hand": 7}, format="json")

        assert (answer.status_code, answer.json()["on_hand"]) == (200, 7)

    def test_shows_what_is_reserved(self, api: APIClient) -> None:
        api.put("/api/v1/inventory/A", {"on_hand": 10}, format="json")
        reserve("o-1", A=4)

        assert api.get("/api/v1/inventory/A").json() == {
            "sku": "A",
            "on_hand": 10,
            "reserved": 4,
            "available": 6,
        }

    @pytest.mark.parametrize("path", ["none", "none/locations", "%00"])
    def test_answers_404_for_an_unknown_sku(self, api: APIClient, path: str) -> None:
        answer = api.get(f"/api/v1/inventory/{path}")

        assert answer.status_code == 404
        assert answer.json()["code"] == "unknown-sku"

    def test_cannot_be_set_below_what_is_reserved(self, api: APIClient) -> None:
        api.put("/api/v1/inventory/A", {"on_hand": 10}, format="json")
        reserve("o-1", A=4)

        answer = api.put("/api/v1/inventory/A", {"on_hand": 3}, format="json")

        assert answer.status_code == 409
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert (problem["code"], problem["reserved"]) == ("stock-reserved", 4)

    @pytest.mark.parametrize("body", [{}, {"on_hand": -1}, {"on_hand": "many"}, {"on_hand": None}])
    def test_refuses_a_body_without_a_number_of_pieces(
        self, api: APIClient, body: dict[str, object]
    ) -> None:
        answer = api.put("/api/v1/inventory/A", body, format="json")

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == ["on_hand"]

    def test_refuses_a_sku_that_cannot_be(self, api: APIClient) -> None:
        answer = api.put("/api/v1/inventory/no sku", {"on_hand": 1}, format="json")

        assert answer.status_code == 422
        assert (answer.json()["code"], answer.json()["field"]) == ("invalid-stock", "sku")


class TestShelves:
    def test_are_put_and_listed_by_location(self, api: APIClient) -> None:
        api.put("/api/v1/inventory/A", {"on_hand": 10}, format="json")

        answer = api.put("/api/v1/inventory/A/locations/attic", {"on_hand": 5}, format="json")

        attic = {"sku": "A", "location": "attic", "on_hand": 5, "reserved": 0, "available": 5}
        assert (answer.status_code, answer.json()) == (201, attic)
        assert api.get("/api/v1/inventory/A").json()["on_hand"] == 15
        assert api.get("/api/v1/inventory/A/locations").json() == {
            "shelves": [attic, attic | {"location": "main", "on_hand": 10, "available": 10}]
        }
