"""What is sold and bought before anything is measured."""

from collections.abc import Mapping
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

    def get(self, path: str) -> bytes:
        """This gives a body. Raises: RuntimeError, if the answer is not 200."""
        answer = self._pool.request("GET", path, headers=self._headers)
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
        """This buys some of each, waits until the order is fulfilled, and gives its id."""
        body = {
            "customer_id": "BENCH",
            "currency": "USD",
            "lines": [{"sku": sku, "quantity": 2} for sku in skus],
            "ship_to": _SHIP_TO,
            "payment_token": "tok_ok",
        }
        placed = self._send("POST", "/api/v1/orders", body)
        order_id: str = msgspec.json.decode(placed)["order_id"]

        def is_fulfilled() -> bool:
            return b'"fulfilled"' in self.get(f"/api/v1/orders/{order_id}")

        wait_until(is_fulfilled, or_else=lambda: f"{order_id} is not fulfilled")
        return order_id

    def _send(self, method: str, path: str, body: Mapping[str, object]) -> bytes:
        headers = {**self._headers, "Idempotency-Key": uuid4().hex}
        answer = self._pool.request(method, path, body=msgspec.json.encode(body), headers=headers)
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.data[:300]!r}")
        return answer.data
