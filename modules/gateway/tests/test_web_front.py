"""The web front end: whole pages in one answer, and what becomes of them when somebody is away."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from modules.gateway.tests.doubles import OrderingDouble
from modules.kernel import interfaces
from modules.kernel.contracts import Unavailable
from modules.ordering.contracts import Ordering, OrderShipment
from modules.payments.contracts import Payments

pytestmark = pytest.mark.django_db

ADDRESS = {
    "name": "Maria Anders",
    "line1": "Obere Str. 57",
    "city": "Berlin",
    "country": "Germany",
}


def put(client: Client, sku: str, quantity: int, **said: Any) -> Any:
    return client.put(
        f"/web/basket/lines/{sku}",
        json.dumps({"quantity": quantity}),
        content_type="application/json",
        **said,
    )


def check_out(client: Client) -> Any:
    return client.post(
        "/web/checkout",
        json.dumps({"ship_to": ADDRESS, "payment_token": "tok_ok"}),
        content_type="application/json",
    )


@pytest.fixture
def order_url(client: Client, ordering: OrderingDouble) -> str:
    """An order of two mugs, placed through the front end."""
    put(client, "MUG", 2)
    accepted = check_out(client)
    assert accepted.status_code == 202, accepted.content
    assert accepted.headers["Location"] == accepted.json()["status_url"]
    url: str = accepted.json()["status_url"].removeprefix("http://testserver")
    return url


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Callable[[type], None]:
    """This has an interface answer nothing any more."""
    answers = interfaces.get

    def silent(protocol: type) -> None:
        def get(asked: type) -> Any:
            if asked is protocol:
                raise Unavailable(f"{protocol.__name__} does not answer")
            return answers(asked)

        monkeypatch.setattr(interfaces, "get", get)

    return silent


class TestOrder:
    def test_is_one_answer_with_all_there_is(
        self, client: Client, ordering: OrderingDouble, order_url: str
    ) -> None:
        ordering.move("order-1", shipment=OrderShipment(status="booked", tracking_number="T1"))
        order = client.get(order_url).json()
        assert order["payment"]["status"] == "authorised"
        assert order["shipment"]["carrier"] == "Quarry Post"
        assert order["lines"][0]["picture"] == "http://testserver/shop/art/kitchen/MUG.svg"
        assert [moment["what"] for moment in order["timeline"]] == ["order-placed"]
        assert order["progress"]["steps"][3] == {"title": "Shipped", "state": "current"}
        assert order["links"]["cancel"].endswith("/web/orders/order-1/cancel")
        assert set(order["parts"].values()) == {"ok"}

    def test_is_whole_without_a_part_that_is_optional(
        self, client: Client, order_url: str, silence: Callable[[type], None]
    ) -> None:
        silence(Payments)
        answer = client.get(order_url)
        assert answer.status_code == 200
        assert answer.json()["payment"] is None
        assert answer.json()["parts"]["payment"] == "missing"
        assert answer.json()["parts"]["order"] == "ok"

    def test_is_none_without_a_part_that_is_required(
        self, client: Client, order_url: str, silence: Callable[[type], None]
    ) -> None:
        silence(Ordering)
        answer = client.get(order_url)
        assert (answer.status_code, answer.headers["Content-Type"]) == (
            503,
            "application/problem+json",
        )
        assert answer.json()["code"] == "part-unavailable"
        assert (answer.json()["part"], answer.json()["state"]) == ("order", "missing")

    def test_is_nobody_elses(self, order_url: str) -> None:
        assert Client().get(order_url).json()["code"] == "unknown-order"

    def test_is_cancelled_on_request(self, client: Client, order_url: str) -> None:
        cancelled = client.post(f"{order_url}/cancel")
        assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
        assert client.get(order_url).json()["links"]["cancel"] is None
        assert client.post(f"{order_url}/cancel").status_code == 409

    def test_cannot_be_cancelled_by_another(self, order_url: str) -> None:
        assert Client().post(f"{order_url}/cancel").status_code == 404

    def test_is_sent_back_once_it_has_arrived(
        self, client: Client, ordering: OrderingDouble, order_url: str
    ) -> None:
        assert client.post(f"{order_url}/return").status_code == 409
        ordering.move("order-1", status="fulfilled")
        assert client.post(f"{order_url}/return").status_code == 202

    def test_is_in_the_list_of_its_customer_only(self, client: Client, order_url: str) -> None:
        assert len(client.get("/web/orders").json()["orders"]) == 1
        assert Client().get("/web/orders").json() == {"orders": [], "next_cursor": None}


class TestEvents:
    def test_are_those_after_the_last_one_that_is_known(
        self, client: Client, ordering: OrderingDouble, order_url: str
    ) -> None:
        first = client.get(f"{order_url}/events")
        assert first.headers["Content-Type"].startswith("text/event-stream")
        assert "id: m-0\nevent: order\n" in first.text
        ordering.move("order-1", status="confirmed")
        more = client.get(f"{order_url}/events", headers={"Last-Event-ID": "m-0"}).text
        assert "id: m-1\n" in more
        assert "id: m-0\n" not in more

    def test_end_when_nothing_more_will_happen(
        self, client: Client, ordering: OrderingDouble, order_url: str
    ) -> None:
        ordering.move("order-1", status="cancelled")
        last = client.get(f"{order_url}/events", headers={"Last-Event-ID": "m-0"})
        assert "order-cancelled" in last.text
        over = client.get(f"{order_url}/events", headers={"Last-Event-ID": "m-1"})
        assert over.status_code == 204

    def test_go_on_while_the_timeline_has_not_told_of_the_end(
        self,
        client: Client,
        ordering: OrderingDouble,
        order_url: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        lagging = ordering.timeline(order_id="order-1")
        monkeypatch.setattr(ordering, "timeline", lambda **_: lagging)
        ordering.move("order-1", status="cancelled")
        answer = client.get(f"{order_url}/events", headers={"Last-Event-ID": "m-0"})
        # The double's order is months old: nobody need ask often.
        assert (answer.status_code, answer.text) == (200, "retry: 10000\n\n")

    def test_are_nobody_elses(self, order_url: str) -> None:
        refused = Client().get(f"{order_url}/events", headers={"Accept": "text/event-stream"})
        assert (refused.status_code, refused.json()["code"]) == (404, "unknown-order")


class TestBasket:
    def test_is_the_sessions_own(self, client: Client, ordering: OrderingDouble) -> None:
        assert put(client, "MUG", 2).json()["total_minor"] == 2900
        assert client.get("/web/basket").json()["lines"][0]["quantity"] == 2
        assert Client().get("/web/basket").json()["lines"] == []
        assert put(client, "MUG", 0).json()["lines"] == []

    def test_is_not_changed_by_a_forged_request(self, ordering: OrderingDouble) -> None:
        browser = Client(enforce_csrf_checks=True)
        put(browser, "MUG", 1)
        refused = put(browser, "MUG", 2)
        assert (refused.status_code, refused.json()["code"]) == (403, "csrf-failed")
        token = browser.get("/web/basket").json()["csrf_token"]
        changed = put(browser, "MUG", 2, headers={"X-CSRFToken": token})
        assert changed.json()["lines"][0]["quantity"] == 2

    def test_that_is_empty_is_not_ordered(self, client: Client, ordering: OrderingDouble) -> None:
        refused = check_out(client)
        assert (refused.status_code, refused.json()["code"]) == (422, "empty-basket")


class TestProducts:
    def test_come_with_stock_and_picture(self, client: Client, ordering: OrderingDouble) -> None:
        page = client.get("/web/products", {"q": "lamp"}).json()
        assert [(one["sku"], one["availability"]) for one in page["products"]] == [
            ("LAMP", "Only 3 left")
        ]
        assert page["parts"] == {"products": "ok", "categories": "ok", "stock": "ok"}

    def test_come_one_by_one_with_neighbours(
        self, client: Client, ordering: OrderingDouble
    ) -> None:
        page = client.get("/web/products/MUG").json()
        assert page["product"]["available"] == 40
        assert client.get("/web/products/GONE").json()["code"] == "unknown-product"
