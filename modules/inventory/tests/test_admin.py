"""Django's admin for inventory: stock and reservations are looked at there, and not touched."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from modules.inventory.models import Stock
from modules.inventory.tests.orders import reserve
from modules.inventory.use_cases import put_stock


@pytest.mark.django_db
class TestAdmin:
    @pytest.fixture
    def operator(self, client: Client) -> Client:
        put_stock(sku="QRY-1", on_hand=10)
        reserve("order-7", **{"QRY-1": 3})
        client.force_login(User.objects.create_superuser("operator"))
        return client

    @pytest.mark.parametrize(
        ("path", "content"),
        [
            ("stock/", "QRY-1"),
            ("location/", "main"),
            ("reservation/", "order-7"),
            ("reservation/order-7/change/", "QRY-1 at main"),
        ],
    )
    def test_shows_what_is_where_and_for_whom(
        self, operator: Client, path: str, content: str
    ) -> None:
        assert content in operator.get(f"/admin/inventory/{path}").content.decode()

    def test_changes_no_stock(self, operator: Client) -> None:
        row = Stock.objects.get(sku="QRY-1")

        answer = operator.post(f"/admin/inventory/stock/{row.id}/change/", {"on_hand": 99})

        assert answer.status_code == 403
        assert Stock.objects.get(id=row.id).on_hand == 10
