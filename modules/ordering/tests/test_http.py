"""Ordering over HTTP: what is asked, what is answered, what is refused and how."""

import json
from typing import Any

import pytest
from django.test import Client

from modules.kernel.http.testing import customer
from modules.ordering.models import Order
from modules.ordering.tests.orders import announce

pytestmark = pytest.mark.django_db

BODY: dict[str, Any] = {
    "customer_id": "ANATR",
    "currency": "USD",
    "lines": [{"sku": "NW-001", "quantity": 2}],
    "ship_to": {"name": "Ana", "line1": "Avda. 2222", "city": "México", "country": "Mexico"},
    "payment_token": "tok_ok",
}


def post(client: Client, body: object = BODY, *, key: str | None = "key-1") -> Any:
    return client.post(
        "/api/v1/orders",
        data=body if isinstance(body, str) else json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": key} if key is not None else {},
    )


def changed(**changes: object) -> dict[str, Any]:
    return BODY | changes


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in BODY.items() if name != field}


def line(**changes: object) -> dict[str, Any]:
    return changed(lines=[{"sku": "NW-001", "quantity": 2} | changes])


def ship_to(**changes: object) -> dict[str, Any]:
    return changed(ship_to=BODY["ship_to"] | changes)


class TestPlacing:
    def test_answers_202_with_the_place_to_look(self, client: Client) -> None:
        answer = post(client)
        order_id = str(Order.objects.get().id)
        assert answer.status_code == 202
        assert answer.json() == {"order_id": order_id, "status": "pending"}
        assert answer.headers["Location"] == f"/api/v1/orders/{order_id}"
        assert client.get(answer.headers["Location"]).status_code == 200

    def test_gives_the_same_order_for_the_same_key_and_body(self, client: Client) -> None:
        assert post(client).json() == post(client).json()
        assert Order.objects.count() == 1

    def test_answers_422_to_the_same_key_with_another_body(self, client: Client) -> None:
        post(client)
        answer = post(client, line(quantity=3))
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")

    def test_names_in_the_refusal_the_key_that_was_sent(self, client: Client) -> None:
        post(client)
        refusal = post(client, line(quantity=3)).json()
        assert refusal["key"] == "key-1"
        assert refusal["detail"].startswith("the idempotency key 'key-1' has placed another order")

    def test_takes_the_key_of_one_customer_for_no_others(self) -> None:
        answers = [
            post(Client(headers=customer(who)), changed(customer_id=who))
            for who in ("ANATR", "BLONP", "ANATR")
        ]
        assert [answer.status_code for answer in answers] == [202] * 3
        first, others, again = (answer.json()["order_id"] for answer in answers)
        assert first == again != others

    @pytest.mark.parametrize("key", [None, "", "   ", "x" * 256])
    def test_answers_400_without_a_usable_key(self, client: Client, key: str | None) -> None:
        answer = post(client, key=key)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert Order.objects.count() == 0

    @pytest.mark.parametrize(
        "body",
        [
            line(unit_price_minor=1440, discount_percent=25),
            line(unit_price_minor=0, discount_percent="0.05"),
            line(unit_price_minor=None),
            ship_to(postal_code="05021", region=""),
            changed(lines=[{"sku": "NW-001", "quantity": 1}, {"sku": "NW-002", "quantity": 1}]),
        ],
    )
    def test_takes_in_what_an_order_may_also_have(
        self, client: Client, body: dict[str, Any]
    ) -> None:
        assert post(client, body).status_code == 202

    @pytest.mark.parametrize(
        ("field", "body"),
        [
            *((field, without(field)) for field in BODY),
            ("customer_id", changed(customer_id=" ")),
            ("customer_id", changed(customer_id="x" * 201)),
            ("customer_id", changed(customer_id="a\x00b")),
            ("currency", changed(currency="usd")),
            ("currency", changed(currency="USDX")),
            ("payment_token", changed(payment_token=None)),
            ("lines", changed(lines=[])),
            ("lines", changed(lines={"sku": "NW-001", "quantity": 1})),
            ("lines", changed(lines=["NW-001"])),
            ("lines", changed(lines=[{"sku": "NW-001", "quantity": 1}] * 501)),
            ("lines", line(sku="")),
            ("lines", line(quantity=0)),
            ("lines", line(quantity=-1)),
            ("lines", line(quantity=1.5)),
            ("lines", line(quantity=True)),
            ("lines", line(quantity="many")),
            ("lines", line(quantity=1_000_001)),
            ("lines", line(unit_price_minor=-1)),
            ("lines", line(unit_price_minor=10**30)),
            ("lines", line(discount_percent=-1)),
            ("lines", line(discount_percent=100.5)),
            ("lines", line(discount_percent="0.001")),
            ("lines", line(discount_percent="NaN")),
            ("ship_to", changed(ship_to="Ana, México")),
            ("ship_to", ship_to(city="")),
            ("ship_to", ship_to(country=None)),
            ("non_field_errors", []),
            ("non_field_errors", "null"),
        ],
    )
    def test_answers_400_and_names_the_field_that_is_wrong(
        self, client: Client, field: str, body: object
    ) -> None:
        answer = post(client, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")
        assert list(answer.json()["errors"]) == [field]
        assert Order.objects.count() == 0

    @pytest.mark.parametrize("body", ["", "{", '{"customer_id": NaN}', "\x00"])
    def test_answers_400_to_what_is_no_json(self, client: Client, body: str) -> None:
        assert post(client, body).status_code == 400

    def test_can_be_repeated_with_the_key_after_a_mistake(self, client: Client) -> None:
        assert post(client, without("currency")).status_code == 400
        assert post(client).status_code == 202


class TestReading:
    def test_shows_the_order(self, client: Client) -> None:
        announce("NW-001", name="Chai", unit_price_minor=1800)
        location = post(client, line(discount_percent=12.5)).headers["Location"]
        assert client.get(location).json() == {
            "order_id": location.rpartition("/")[2],
            "status": "pending",
            "currency": "USD",
            "total_minor": 0,
            "lines": [
                {
                    "sku": "NW-001",
                    "name": "Chai",
                    "quantity": 2,
                    "unit_price_minor": 1800,
                    "discount_percent": 12.5,
                    "total_minor": None,
                }
            ],
            "failure": None,
            "payment": {"status": "none", "captured_minor": 0, "refunded_minor": 0},
            "shipment": None,
        }

    @pytest.mark.parametrize(
        "order_id", ["01a205b5-5e3b-7e13-8a11-000000000000", "no-id-at-all", "1", "é"]
    )
    def test_answers_404_for_an_order_that_is_not_there(
        self, client: Client, order_id: str
    ) -> None:
        answer = client.get(f"/api/v1/orders/{order_id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-order")
        assert answer.headers["Content-Type"] == "application/problem+json"


class TestListing:
    def test_shows_the_newest_first(self, client: Client) -> None:
        placed = sorted(post(client, key=f"key-{n}").json()["order_id"] for n in range(3))
        page = client.get("/api/v1/orders").json()
        assert [order["order_id"] for order in page["orders"]] == list(reversed(placed))
        assert page["next_cursor"] is None

    def test_gives_a_cursor_with_which_it_goes_on(self, client: Client) -> None:
        placed = {post(client, key=f"key-{n}").json()["order_id"] for n in range(51)}
        first = client.get("/api/v1/orders").json()
        second = client.get("/api/v1/orders", {"cursor": first["next_cursor"]}).json()
        assert (len(first["orders"]), len(second["orders"])) == (50, 1)
        assert {order["order_id"] for order in first["orders"] + second["orders"]} == placed

    def test_narrows_by_customer_and_status(self, client: Client) -> None:
        mine = post(client, changed(customer_id="ALFKI"), key="a").json()["order_id"]
        post(client, key="b")
        assert self.listed(client, customer_id="ALFKI") == [mine]
        assert self.listed(client, customer_id="ALFKI", status="pending") == [mine]
        assert self.listed(client, customer_id="ALFKI", status="failed") == []

    def test_narrows_by_nothing_where_a_value_is_empty(self, client: Client) -> None:
        order_id = post(client).json()["order_id"]
        assert self.listed(client, customer_id="", status="", cursor="") == [order_id]

    @pytest.mark.parametrize(("name", "value"), [("status", "lost"), ("cursor", "?")])
    def test_answers_400_to_what_it_never_gave_out(
        self, client: Client, name: str, value: str
    ) -> None:
        answer = client.get("/api/v1/orders", {name: value})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [name])

    def listed(self, client: Client, **query: str) -> list[str]:
        page = client.get("/api/v1/orders", query).json()
        return [order["order_id"] for order in page["orders"]]


class TestSchema:
    def test_describes_the_paths_with_their_bodies(self, client: Client) -> None:
        schema = client.get("/api/schema/?format=json").json()
        place = schema["paths"]["/api/v1/orders"]["post"]
        assert {"in": "header", "name": "Idempotency-Key", "required": True}.items() <= place[
            "parameters"
        ][0].items()
        assert "PlaceOrder" in str(place["requestBody"])
        assert "AcceptedOrder" in str(place["responses"]["202"])
        assert "Order" in str(schema["paths"]["/api/v1/orders/{order_id}"]["get"]["responses"])
