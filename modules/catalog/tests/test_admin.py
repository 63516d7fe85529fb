"""Django's admin for catalog: a change made there is told to others like any other."""

from dataclasses import asdict

import pytest
from django.contrib.auth.models import User
from django.test import Client

from modules.catalog.contracts import ProductChanged
from modules.kernel.messaging.testing import messages

BOARD = {
    "sku": "QRY-1",
    "name": "Slate board",
    "category": "Table",
    "unit_price_minor": 3900,
    "currency": "USD",
}
CHANGES = {name: value for name, value in BOARD.items() if name != "sku"}


@pytest.mark.django_db
class TestAdmin:
    @pytest.fixture
    def clerk(self, client: Client) -> Client:
        client.force_login(User.objects.create_superuser("clerk"))
        return client

    def test_announces_a_product_that_is_added(self, clerk: Client) -> None:
        assert clerk.post("/admin/catalog/product/add/", BOARD).status_code == 302

        assert [asdict(news) for news in messages(ProductChanged)] == [BOARD | {"revision": 1}]
        assert "Slate board" in clerk.get("/admin/catalog/product/").content.decode()

    def test_tells_of_a_changed_price(self, clerk: Client) -> None:
        clerk.post("/admin/catalog/product/add/", BOARD)

        page = clerk.post(
            "/admin/catalog/product/QRY-1/change/", CHANGES | {"unit_price_minor": 4200}
        )

        assert page.status_code == 302
        _, news = messages(ProductChanged)
        assert (news.unit_price_minor, news.revision) == (4200, 2)

    def test_shows_the_rule_beside_the_field_that_breaks_it(self, clerk: Client) -> None:
        page = clerk.post("/admin/catalog/product/add/", BOARD | {"currency": "usd"})

        assert page.status_code == 200
        assert "is an ISO 4217 code of three capitals" in page.content.decode()
        assert messages(ProductChanged) == []

    def test_deletes_nothing(self, clerk: Client) -> None:
        clerk.post("/admin/catalog/product/add/", BOARD)

        answer = clerk.post("/admin/catalog/product/QRY-1/delete/", {"post": "yes"})

        assert answer.status_code == 403
        assert clerk.get("/api/v1/catalog/products/QRY-1").status_code == 200
