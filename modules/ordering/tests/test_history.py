"""The history of orders: found by customer, status, date and product, page by page."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from modules.kernel.contracts import new_id
from modules.kernel.eventstore.personal import tag_of
from modules.kernel.messaging.testing import drain
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.messaging.write_tokens import collecting
from modules.kernel.readmodels.projection import projection
from modules.kernel.readmodels.tests.overlapping import project_overlapping
from modules.ordering.contracts import OrderCancelled, OrderConfirmed
from modules.ordering.tests.orders import a_line, a_request
from modules.ordering.tests.orders import place as place_request
from modules.payments.contracts import PaymentAuthorised

pytestmark = pytest.mark.django_db(transaction=True)


def place(*, customer_id: str = "ANATR", skus: tuple[str, ...] = ("NW-001",)) -> str:
    """This places an order of products that nobody has announced, and so will fail."""
    request = a_request(*(a_line(sku) for sku in skus), customer_id=customer_id)
    return place_request(request, key=str(new_id())).order_id


def search(client: Client, **query: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/orders/history", query)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def ids(client: Client, **query: Any) -> list[str]:
    return [order["order_id"] for order in search(client, **query)["orders"]]


class TestHistory:
    def test_is_searched_by_customer_status_and_product(self, client: Client) -> None:
        first = place(customer_id="ANN", skus=("NW-001",))
        second = place(customer_id="BOB", skus=("NW-001", "NW-002"))
        drain()
        assert ids(client) == [second, first]
        assert ids(client, customer_id="ANN") == [first]
        assert ids(client, sku="NW-002") == [second]
        assert ids(client, sku="NW-001", status="failed") == [second, first]
        assert ids(client, status="fulfilled") == []

    def test_is_searched_by_date(self, client: Client) -> None:
        order_id = place()
        drain()
        [row] = search(client)["orders"]
        later = datetime.fromisoformat(row["placed_at"]) + timedelta(microseconds=1)
        assert ids(client, since=row["placed_at"]) == [order_id]
        assert ids(client, until=row["placed_at"]) == []
        assert ids(client, since=later.isoformat()) == []
        assert ids(client, until=later.isoformat()) == [order_id]

    def test_comes_page_by_page(self, client: Client) -> None:
        placed = [place() for _ in range(5)]
        drain()
        found: list[str] = []
        cursor = ""
        while True:
            page = search(client, limit=2, cursor=cursor)
            found += [order["order_id"] for order in page["orders"]]
            if not (cursor := page["next_cursor"]):
                break
        assert found == placed[::-1]

    def test_shows_what_became_of_an_order(self, client: Client) -> None:
        order_id = place()
        drain()
        with unit_of_work("payments") as work:
            work.append(PaymentAuthorised(order_id=order_id, amount_minor=700, currency="USD"))
        with unit_of_work("ordering") as work:
            work.append(OrderCancelled(order_id=order_id))
        drain()
        [order] = search(client)["orders"]
        assert (order["status"], order["total_minor"]) == ("cancelled", 700)

    def test_goes_on_after_an_order_with_a_text_like_those_that_are_sealed(
        self, client: Client
    ) -> None:
        """Whoever orders can work out the name of his own key, and choose his payment token."""
        request = a_request(a_line(), customer_id="MALLORY")
        token = f"enc1:{tag_of('MALLORY')}:A"
        odd = place_request(replace(request, payment_token=token), key="odd").order_id
        next_one = place(customer_id="ANN")
        drain()
        assert ids(client) == [next_one, odd]

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="writers on SQLite take turns")
    def test_keeps_what_two_logs_say_of_an_order_at_one_moment(self, client: Client) -> None:
        """Payments may have a log of its own, which another thread takes in."""
        order_id = place()
        drain()
        paid = PaymentAuthorised(order_id=order_id, amount_minor=700, currency="USD")
        confirmed = OrderConfirmed(order_id=order_id)
        project_overlapping(projection("ordering.order_history"), [paid], [confirmed])
        [order] = search(client)["orders"]
        assert (order["status"], order["total_minor"]) == ("confirmed", 700)

    def test_leaves_out_what_was_heard_of_and_never_placed(self, client: Client) -> None:
        order_id = place()
        with unit_of_work("payments") as work:
            work.append(
                PaymentAuthorised(
                    order_id="0192f0c1-2c3d-7e4f-8a5b-6c7d8e9f0a1b",
                    amount_minor=700,
                    currency="USD",
                )
            )
        drain()
        assert ids(client) == [order_id]

    @pytest.mark.parametrize("query", ["limit=0", "limit=501", "cursor=%21", "since=x", "status=x"])
    def test_refuses_what_is_no_search(self, client: Client, query: str) -> None:
        assert client.get(f"/api/v1/orders/history?{query}").status_code == 400

    def test_waits_for_the_write_whose_token_comes_along(self, client: Client) -> None:
        with collecting() as written:
            order_id = place()
        token = str(written["default"])
        answer = client.get(
            "/api/v1/orders/history",
            headers={"X-Write-Token": token, "X-Read-Deadline-Ms": "50"},
        )
        assert (answer.status_code, answer.json()["code"]) == (503, "read-model-behind")
        drain()
        answer = client.get("/api/v1/orders/history")
        assert answer.headers["X-Read-From"] == "primary"
        assert int(answer.headers["X-Read-Staleness-Ms"]) >= 0
        assert answer.json()["orders"][0]["order_id"] == order_id

    @pytest.mark.parametrize("token", ["nonsense", "default.1; DROP", "default.999999999999"])
    def test_refuses_what_is_no_token(self, client: Client, token: str) -> None:
        answer = client.get("/api/v1/orders/history", headers={"X-Write-Token": token})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-write-token")
        assert answer.json()["status"] == 400

    @pytest.mark.parametrize("deadline", ["soon", "-1", "9" * 5_000])
    def test_refuses_what_is_no_deadline(self, client: Client, deadline: str) -> None:
        answer = client.get("/api/v1/orders/history", headers={"X-Read-Deadline-Ms": deadline})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-write-token")
