"""Catalog over HTTP, as its callers see it."""

import pytest
from rest_framework.test import APIClient

from modules.catalog.contracts import ProductChanged
from modules.kernel.http.testing import bearer
from modules.kernel.messaging.testing import messages

pytestmark = pytest.mark.django_db

BOARD = {"name": "Slate board", "category": "Table", "unit_price_minor": 3900, "currency": "USD"}


@pytest.fixture
def api() -> APIClient:
    return APIClient(headers=bearer())


class TestPut:
    def test_creates_a_product(self, api: APIClient) -> None:
        answer = api.put("/api/v1/catalog/products/QRY-1", BOARD, format="json")

        assert answer.status_code == 201
        assert answer.json() == {"sku": "QRY-1", **BOARD}

    def test_replaces_a_product(self, api: APIClient) -> None:
        api.put("/api/v1/catalog/products/QRY-1", BOARD, format="json")

        answer = api.put(
            "/api/v1/catalog/products/QRY-1", BOARD | {"unit_price_minor": 4200}, format="json"
        )

        assert answer.status_code == 200
        assert answer.json()["unit_price_minor"] == 4200

    def test_may_be_repeated_without_news(self, api: APIClient) -> None:
        for _ in range(2):
            answer = api.put("/api/v1/catalog/products/QRY-1", BOARD, format="json")

        assert answer.status_code == 200
        assert len(messages(ProductChanged)) == 1

    @pytest.mark.parametrize("field", sorted(BOARD))
    def test_names_the_field_that_is_missing(self, api: APIClient, field: str) -> None:
        body = {name: value for name, value in BOARD.items() if name != field}

        answer = api.put("/api/v1/catalog/products/QRY-1", body, format="json")

        assert answer.status_code == 400
        assert answer.json()["code"] == "invalid-request"
        assert list(answer.json()["errors"]) == [field]

    def test_refuses_what_breaks_a_rule_with_the_field_and_the_rule(self, api: APIClient) -> None:
        answer = api.put(
            "/api/v1/catalog/products/QRY-1", BOARD | {"currency": "dollar"}, format="json"
        )

        assert answer.status_code == 422
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert (answer.json()["code"], answer.json()["field"]) == ("invalid-product", "currency")
        assert messages(ProductChanged) == []


class TestGet:
    def test_gives_one_product(self, api: APIClient) -> None:
        api.put("/api/v1/catalog/products/QRY-1", BOARD, format="json")

        assert api.get("/api/v1/catalog/products/QRY-1").json() == {"sku": "QRY-1", **BOARD}

    def test_answers_404_for_an_unknown_product(self, api: APIClient) -> None:
        answer = api.get("/api/v1/catalog/products/none")

        assert answer.status_code == 404
        assert (answer.json()["code"], answer.json()["sku"]) == ("unknown-product", "none")


class TestList:
    @pytest.fixture(autouse=True)
    def products(self, api: APIClient) -> None:
        for sku, category in [("A", "Table"), ("B", "Garden"), ("C", "Table")]:
            api.put(
                f"/api/v1/catalog/products/{sku}", BOARD | {"category": category}, format="json"
            )

    def test_gives_pages_that_lead_to_the_next(self, api: APIClient) -> None:
        first = api.get("/api/v1/catalog/products", {"limit": 2}).json()
        assert [product["sku"] for product in first["products"]] == ["A", "B"]

        last = api.get(
            "/api/v1/catalog/products", {"limit": 2, "cursor": first["next_cursor"]}
        ).json()
        assert [product["sku"] for product in last["products"]] == ["C"]
        assert last["next_cursor"] is None

    def test_narrows_by_category_and_words(self, api: APIClient) -> None:
        found = api.get(
            "/api/v1/catalog/products", {"category": "Table", "search": "board SLATE"}
        ).json()
        assert [product["sku"] for product in found["products"]] == ["A", "C"]

    @pytest.mark.parametrize("limit", ["0", "201", "many"])
    def test_refuses_a_wrong_limit(self, api: APIClient, limit: str) -> None:
        answer = api.get("/api/v1/catalog/products", {"limit": limit})

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == ["limit"]
