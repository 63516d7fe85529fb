"""The mobile front end: the same pages, small, and nothing that the client has already."""

import pytest
from django.test import Client

from modules.gateway.tests.doubles import OrderingDouble
from modules.gateway.tests.test_web_front import check_out, put
from modules.kernel.http.testing import customer
from modules.ordering.contracts import OrderShipment

pytestmark = pytest.mark.django_db


@pytest.fixture
def order_id(client: Client, ordering: OrderingDouble) -> str:
    put(client, "MUG", 2)
    put(client, "LAMP", 1)
    order_id: str = check_out(client).json()["order_id"]
    return order_id


class TestOrder:
    def test_is_the_same_page_in_a_quarter_of_the_bytes(
        self, client: Client, ordering: OrderingDouble, order_id: str
    ) -> None:
        shipment = OrderShipment(status="dispatched", tracking_number="TRACK-0123456789")
        ordering.move(order_id, status="fulfilled", shipment=shipment)
        web = client.get(f"/web/orders/{order_id}")
        mobile = client.get(f"/mobile/orders/{order_id}")
        assert mobile.json() == {
            "id": order_id,
            "status": "fulfilled",
            "step": 5,
            "say": "Your order is on its way",
            "total": 11800,
            "paid": 0,
            "cur": "USD",
            "lines": [{"n": 2, "name": "Stone mug"}, {"n": 1, "name": "Slate lamp"}],
            "track": "TRACK-0123456789",
            "can": ["return"],
        }
        assert len(mobile.content) <= len(web.content) / 4

    def test_has_the_fields_that_are_asked_for(self, client: Client, order_id: str) -> None:
        order = client.get(f"/mobile/orders/{order_id}", {"fields": "status,total"})
        assert order.json() == {"status": "pending", "total": 11800}

    def test_refuses_a_field_that_there_is_not(self, client: Client, order_id: str) -> None:
        refused = client.get(f"/mobile/orders/{order_id}", {"fields": "status,price"})
        assert refused.status_code == 400
        assert "there is no field 'price'" in refused.json()["errors"]["fields"][0]

    def test_is_not_sent_again_before_it_has_changed(
        self, client: Client, ordering: OrderingDouble, order_id: str
    ) -> None:
        first = client.get(f"/mobile/orders/{order_id}")
        seen = {"If-None-Match": first.headers["ETag"]}
        again = client.get(f"/mobile/orders/{order_id}", headers=seen)
        assert (again.status_code, again.content) == (304, b"")
        ordering.move(order_id, status="cancelled")
        assert client.get(f"/mobile/orders/{order_id}", headers=seen).status_code == 200

    def test_is_nobody_elses(self, order_id: str) -> None:
        other = Client(headers=customer("somebody-else"))
        assert other.get(f"/mobile/orders/{order_id}").json()["code"] == "unknown-order"
        assert Client().get(f"/mobile/orders/{order_id}").status_code == 401


class TestLists:
    def test_of_orders_are_short(self, client: Client, order_id: str) -> None:
        assert client.get("/mobile/orders", {"fields": "id,status"}).json() == {
            "orders": [{"id": order_id, "status": "pending"}]
        }

    def test_of_products_tell_what_is_left(self, client: Client, ordering: OrderingDouble) -> None:
        page = client.get("/mobile/products", {"fields": "sku,left"}).json()
        assert page == {"products": [{"sku": "LAMP", "left": 3}, {"sku": "MUG", "left": 40}]}
