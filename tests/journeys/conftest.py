"""The shop that the journeys go through: driven over HTTP, audited through the interfaces."""

import json
from collections import Counter
from typing import Any

import pytest

from modules.inventory.contracts import Inventory, StockLevel
from modules.kernel import interfaces
from modules.kernel.contracts import new_id
from modules.ordering.contracts import Ordering
from modules.payments.contracts import Payments
from tests.topologies.plugin import System

PRICE_MINOR = 1800


class Shop:
    """This sells, delivers messages when told to, and can say whether its books are right."""

    def __init__(self, system: System) -> None:
        self._client = system.client
        self._drain = system.drain
        self._on_hand_at_first: Counter[str] = Counter()
        self._pieces: dict[str, Counter[str]] = {}

    def sell(self, sku: str, *, on_hand: int) -> None:
        """This announces a product and puts pieces of it on the shelf."""
        self._put(
            f"/api/v1/catalog/products/{sku}",
            {
                "name": f"Product {sku}",
                "category": "Beverages",
                "unit_price_minor": PRICE_MINOR,
                "currency": "USD",
            },
        )
        self._put(f"/api/v1/inventory/{sku}", {"on_hand": on_hand})
        self._on_hand_at_first[sku] = on_hand
        self._drain()

    def place(
        self,
        lines: dict[str, int],
        *,
        token: str = "tok_ok",
        postal_code: str = "05021",
        key: str = "",
    ) -> str:
        """This places an order for so many pieces of each SKU, and gives its id."""
        body = {
            "customer_id": "ANATR",
            "currency": "USD",
            "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in lines.items()],
            "ship_to": {
                "name": "Ana Trujillo",
                "line1": "Avda. de la Constitución 2222",
                "city": "México",
                "postal_code": postal_code,
                "country": "Mexico",
            },
            "payment_token": token,
        }
        answer = self._client.post(
            "/api/v1/orders",
            json.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": key or str(new_id())},
        )
        assert answer.status_code == 202, answer.content
        order_id: str = answer.json()["order_id"]
        self._pieces[order_id] = Counter(lines)
        return order_id

    def count(self, order_id: str, lines: dict[str, int]) -> None:
        """This has the audit know what an order is for that was placed some other way."""
        self._pieces[order_id] = Counter(lines)

    def cancel(self, order_id: str) -> int:
        """This asks for an order to be undone, and gives the HTTP status of the answer."""
        status: int = self._client.post(f"/api/v1/orders/{order_id}/cancel").status_code
        return status

    def send_back(self, order_id: str) -> int:
        """This has a customer send everything back, and gives the HTTP status of the answer."""
        path = f"/api/v1/shipping/shipments/{order_id}/return"
        status: int = self._client.post(path).status_code
        return status

    def deliver_what_is_due(self) -> None:
        """This delivers all messages, and waits neither for retries nor for reminders."""
        self._drain()

    def deliver(self) -> None:
        """This delivers all messages, and those that are due within moments, until none is left."""
        self._drain(until_idle=True)

    def order(self, order_id: str) -> dict[str, Any]:
        """This gives an order as a customer sees it."""
        shown: dict[str, Any] = self._client.get(f"/api/v1/orders/{order_id}").json()
        return shown

    def on_hand(self, sku: str) -> int:
        """This gives how many pieces are on the shelf."""
        return self.level(sku).on_hand

    def level(self, sku: str) -> StockLevel:
        """This gives what is on the shelf, and what of it is held back for somebody."""
        return interfaces.get(Inventory).level(sku=sku)

    def audit(self) -> None:
        """This fails unless every order has ended, and money and stock are where they must be.

        What was kept of the money is what the fulfilled orders cost; what has left the
        shelf is what the fulfilled orders were for; nothing is held back for anybody.
        """
        orders = interfaces.get(Ordering).orders(limit=200).orders
        fulfilled = [order for order in orders if order.status == "fulfilled"]
        assert {order.status for order in orders} <= {
            "fulfilled",
            "returned",
            "failed",
            "cancelled",
        }

        takings = interfaces.get(Payments).takings()
        kept_minor = sum(each.captured_minor - each.refunded_minor for each in takings)
        assert kept_minor == sum(order.total_minor for order in fulfilled)
        assert sum(each.in_doubt for each in takings) == 0

        shipped: Counter[str] = Counter()
        for order in fulfilled:
            shipped += self._pieces[order.order_id]
        for level in interfaces.get(Inventory).levels():
            assert level.on_hand + shipped[level.sku] == self._on_hand_at_first[level.sku]
            assert level.reserved == 0
            assert level.available >= 0

    def _put(self, path: str, body: dict[str, object]) -> None:
        answer = self._client.put(path, json.dumps(body), content_type="application/json")
        assert answer.status_code in (200, 201, 204), answer.content


@pytest.fixture
def shop(system: System) -> Shop:
    return Shop(system)


@pytest.fixture
def client(system: System) -> Any:
    """This speaks HTTP with the front, in every topology."""
    return system.client
