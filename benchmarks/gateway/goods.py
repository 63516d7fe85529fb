"""What is sold and bought before anything is measured."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import msgspec
import urllib3

from benchmarks.gateway.serving import wait_until

_SHIP_TO = {
    "name": "Maria Anders",
    "line1": "Obere Str. 57",
    "postal_code": "12209",
    "city": "Berlin",
    "country": "Germany",
}


class Shopper:
    """This asks a server, one request after another, on one connection."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._pool = urllib3.connection_from_url(url, maxsize=1, retries=False)
        self._headers = {**headers, "Content-Type": "application/json"}

    def get(self, path: str, **more: str) -> bytes:
        """This gives a body as it came. Raises: RuntimeError, if the answer is not 200."""
        headers = {**self._headers, **more}
        answer = self._pool.request("GET", path, headers=headers, decode_content=False)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.data[:300]!r}")
        return answer.data

    def put_on_sale(self, sku: str) -> str:
        """This puts a product on sale, and gives its path."""
        path = f"/api/v1/catalog/products/{sku}"
        body = {"name": sku, "category": "Bench", "unit_price_minor": 1250, "currency": "USD"}
        self._send("PUT", path, body)
        return path

    def put_on_shelf(self, sku: str) -> None:
        """This has more than enough of a product."""
        self._send("PUT", f"/api/v1/inventory/{sku}", {"on_hand": 1_000})

    def buy(self, *skus: str) -> str:
        """This buys some of each, waits until an order is fulfilled, and gives its id.

        One that comes before the goods are known everywhere fails, and another is placed.
        """
        body = {
            "customer_id": "BENCH",
            "currency": "USD",
            "lines": [{"sku": sku, "quantity": 2} for sku in skus],
            "ship_to": _SHIP_TO,
            "payment_token": "tok_ok",
        }
        placed: list[str] = []

        def is_fulfilled() -> bool:
            status = self._order(placed[-1])["status"] if placed else "failed"
            if status == "failed":
                answer = self._send("POST", "/api/v1/orders", body)
                placed.append(msgspec.json.decode(answer)["order_id"])
            return bool(status == "fulfilled")

        wait_until(is_fulfilled, or_else=lambda: f"none of {placed} is fulfilled")
        return placed[-1]

    def _order(self, order_id: str) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self.get(f"/api/v1/orders/{order_id}"))
        return found

    def _send(self, method: str, path: str, body: Mapping[str, object]) -> bytes:
        headers = {**self._headers, "Idempotency-Key": uuid4().hex}
        answer = self._pool.request(method, path, body=msgspec.json.encode(body), headers=headers)
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.data[:300]!r}")
        return answer.data
