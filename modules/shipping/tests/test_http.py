"""Shipping over HTTP."""

import pytest
from django.test import Client

from modules.kernel.messaging.testing import deliver
from modules.shipping.models import Shipment
from modules.shipping.tests.conftest import booking

PARIS = {"name": "P", "line1": "1 rue", "city": "Paris", "postal_code": "75001", "country": "FR"}


def ask_for_quotes(client: Client, **recipient: str) -> dict[str, object]:
    response = client.post(
        "/api/v1/shipping/quotes",
        {"recipient": PARIS | recipient, "items": [{"sku": "11", "quantity": 3}]},
        content_type="application/json",
    )
    return {"status": response.status_code, **response.json()}


class TestQuotes:
    def test_come_cheapest_first(self, client: Client) -> None:
        assert ask_for_quotes(client) == {
            "status": 200,
            "quotes": [
                {"carrier": "sandbox-post", "price_minor": 510, "currency": "USD", "days": 3},
                {"carrier": "sandbox-express", "price_minor": 1270, "currency": "USD", "days": 1},
            ],
        }

    def test_are_none_where_nobody_delivers(self, client: Client) -> None:
        assert ask_for_quotes(client, postal_code="00000") == {"status": 200, "quotes": []}

    def test_are_refused_for_an_address_nobody_can_read(self, client: Client) -> None:
        answer = ask_for_quotes(client, postal_code="!")
        assert (answer["status"], answer["code"]) == (422, "invalid-address")
        assert answer["faults"] == ["'!' is not a postal code"]

    def test_need_items(self, client: Client) -> None:
        response = client.post(
            "/api/v1/shipping/quotes",
            {"recipient": PARIS, "items": []},
            content_type="application/json",
        )
        assert (response.status_code, response.json()["code"]) == (400, "invalid-request")


@pytest.mark.django_db(transaction=True)
class TestShipment:
    def test_is_shown_with_its_parcels(self, client: Client) -> None:
        deliver(booking(quantity=21), source="ordering")
        shown = client.get("/api/v1/shipping/shipments/order-1").json()
        assert shown["status"] == "booked"
        assert shown["tracking_number"].startswith("SP")
        assert shown["parcels"] == [
            {"number": 1, "weight_grams": 10250, "items": [{"sku": "11", "quantity": 20}]},
            {"number": 2, "weight_grams": 750, "items": [{"sku": "11", "quantity": 1}]},
        ]

    def test_is_404_for_an_order_nothing_is_shipped_for(self, client: Client) -> None:
        response = client.get("/api/v1/shipping/shipments/order-1")
        assert (response.status_code, response.json()["code"]) == (404, "unknown-shipment")


class TestAdmin:
    def test_lists_and_shows_shipments(self, admin_client: Client) -> None:
        shipment = Shipment.objects.create(
            order_id="order-1",
            shipment_id="018f0000-0000-7000-8000-000000000000",
            state="booked",
            requested_at="2026-01-01T00:00:00Z",
        )
        assert admin_client.get("/admin/shipping/shipment/").status_code == 200
        page = admin_client.get(f"/admin/shipping/shipment/{shipment.pk}/change/")
        assert page.status_code == 200
