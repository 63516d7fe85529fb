"""Customers who order at a constant rate, and each time write to the module that moves as well."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from tests.extraction.front import Front
from tests.faults.waiting import wait_until

SKUS = ("NW-001", "NW-002", "NW-003")
ON_HAND = 100_000

_ENDED = {"fulfilled", "failed", "cancelled"}
_ACCOUNTS = ("account-1", "account-2", "account-3")
_SHIP_TO = {
    "name": "Ana Trujillo",
    "line1": "Avda. de la Constitución 2222",
    "city": "México",
    "postal_code": "05021",
    "country": "Mexico",
}


class Errand(Protocol):
    """This is what a customer does at the module itself, not by a message of another's."""

    def run(self, front: Front, number: int) -> None:
        """This does it, for the customer of a number."""

    def check(self, front: Front) -> None:
        """This fails unless each has had its effect once."""


class Deposits:
    """These put money into accounts."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self._lock = threading.Lock()

    def run(self, front: Front, number: int) -> None:
        account = _ACCOUNTS[number % len(_ACCOUNTS)]
        entry = {"entry_id": f"entry-{number}", "amount_minor": 100, "currency": "USD"}
        path = f"/api/v1/payments/accounts/{account}/deposits"
        if front.send("POST", path, entry, wanted={200}) is not None:
            with self._lock:
                self._count[account] += 1

    def check(self, front: Front) -> None:
        for name, count in self._count.items():
            account = front.get(f"/api/v1/payments/accounts/{name}")
            assert account["balance_minor"] == 100 * count, (account, count)


class Deliveries:
    """These put goods on shelves that nobody orders from."""

    def __init__(self) -> None:
        self._count: dict[str, int] = {}

    def run(self, front: Front, number: int) -> None:
        sku, pieces = f"NEW-{number}", abs(number)
        path = f"/api/v1/inventory/{sku}"
        if front.send("PUT", path, {"on_hand": pieces}, wanted={200, 201}) is not None:
            self._count[sku] = pieces

    def check(self, front: Front) -> None:
        for sku, pieces in self._count.items():
            level = front.get(f"/api/v1/inventory/{sku}")
            assert (level["on_hand"], level["reserved"]) == (pieces, 0), level


_ERRANDS: dict[str, type[Errand]] = {"payments": Deposits, "inventory": Deliveries}


class Shoppers:
    """These order one piece each, at a constant rate.

    Attributes:
        orders: the SKU of each.
    """

    def __init__(self, front: Front, *, module: str, a_second: float) -> None:
        self._front = front
        self._errand = _ERRANDS[module]()
        self._every_seconds = 1 / a_second
        self._stopping = threading.Event()
        self._at_first: dict[str, int] = {}
        self.orders: dict[str, str] = {}

    def wait_until_open(self) -> None:
        """This puts products on the shelves, and waits until ordering has heard of them."""
        for sku in SKUS:
            product = {"name": sku, "category": "Beverages"}
            price = {"unit_price_minor": 1_000, "currency": "USD"}
            self._front.put(f"/api/v1/catalog/products/{sku}", {**product, **price})
            self._front.put(f"/api/v1/inventory/{sku}", {"on_hand": ON_HAND})

        def goes_through() -> bool:
            self._shop(-len(self.orders) - 1)
            assert not self._front.failures, self._front.failures
            self.wait_until_all_have_ended()
            return bool(self._status(list(self.orders)[-1]) == "fulfilled")

        wait_until(goes_through, what="an order is fulfilled", seconds=90)
        self.orders.clear()
        self._at_first = {sku: self._on_hand(sku) for sku in SKUS}

    @contextmanager
    def at_it(self) -> Iterator[None]:
        """This has them do so inside the block."""
        thread = threading.Thread(target=self._order_on_time, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join(300)

    def wait_for(self, count: int) -> None:
        """This waits until so many more orders have been placed."""
        goal = len(self.orders) + count
        wait_until(lambda: len(self.orders) >= goal, what=f"{goal} orders", seconds=120)

    def wait_until_all_have_ended(self, seconds: float = 240) -> None:
        left = list(self.orders)

        def have_ended() -> bool:
            left[:] = [one for one in left if self._status(one) not in _ENDED]
            return not left

        wait_until(have_ended, what="every order ends", seconds=seconds, every_seconds=0.2)

    def check(self) -> None:
        """This fails unless money and stock are where they must be, and nobody was let down."""
        assert not self._front.failures, self._front.failures[:5]
        orders = [self._front.get(f"/api/v1/orders/{one}") for one in self.orders]
        others = [one for one in orders if one["status"] != "fulfilled"]
        assert not others, others[:3]
        for order in orders:
            paid = self._front.get(f"/api/v1/payments/{order['order_id']}")
            assert paid["captured_minor"] == order["total_minor"], (order, paid)
            assert paid["refunded_minor"] == 0, (order, paid)
        sold = Counter(self.orders.values())
        left = {sku: self._at_first[sku] - sold[sku] for sku in SKUS}
        assert {sku: self._on_hand(sku) for sku in SKUS} == left
        self._errand.check(self._front)

    def _status(self, order: str) -> Any:
        return self._front.get(f"/api/v1/orders/{order}")["status"]

    def _on_hand(self, sku: str) -> int:
        return int(self._front.get(f"/api/v1/inventory/{sku}")["on_hand"])

    def _order_on_time(self) -> None:
        number, due = 0, time.monotonic()
        threads: list[threading.Thread] = []
        while not self._stopping.wait(max(due - time.monotonic(), 0.0)):
            due += self._every_seconds
            number += 1
            thread = threading.Thread(target=self._shop, args=(number,), daemon=True)
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join(150)

    def _shop(self, number: int) -> None:
        sku = SKUS[number % len(SKUS)]
        body = {
            "customer_id": "ANATR",
            "currency": "USD",
            "lines": [{"sku": sku, "quantity": 1}],
            "ship_to": _SHIP_TO,
            "payment_token": "tok_ok",
        }
        key = f"order-{number}"
        placed = self._front.send("POST", "/api/v1/orders", body, wanted={202}, key=key)
        if placed is not None:
            self.orders[placed["order_id"]] = sku
        self._errand.run(self._front, number)
