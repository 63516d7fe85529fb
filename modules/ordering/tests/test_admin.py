"""Django's admin: orders can be looked at there, and not touched."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from modules.ordering.tests.orders import a_request, announce, place
from modules.ordering.use_cases import put_in_basket


@pytest.mark.django_db
class TestAdmin:
    @pytest.fixture
    def operator(self, client: Client) -> Client:
        client.force_login(User.objects.create_superuser("operator"))
        return client

    def test_shows_orders_baskets_and_products(self, operator: Client) -> None:
        announce(name="Chai")
        put_in_basket(basket_id="b-1", sku="NW-001", quantity=1)
        order_id = place(a_request()).order_id
        for path, content in (
            ("order/", order_id),
            (f"order/{order_id}/change/", "NW-001"),
            ("basket/", "b-1"),
            ("basket/b-1/change/", "NW-001"),
            ("knownproduct/", "Chai"),
        ):
            page = operator.get(f"/admin/ordering/{path}")
            assert content in page.content.decode(), path

    @pytest.mark.parametrize("path", ["add/", "{order_id}/delete/"])
    def test_refuses_a_change_by_hand(self, operator: Client, path: str) -> None:
        order_id = place(a_request()).order_id
        answer = operator.post(f"/admin/ordering/order/{path.format(order_id=order_id)}")
        assert answer.status_code == 403
