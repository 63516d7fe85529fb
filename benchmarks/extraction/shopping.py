"""Customers of the running system: at a constant rate, or as many at once as it bears."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import msgspec
import urllib3

from benchmarks.extraction.deployables import Deployables
from benchmarks.extraction.past import order_id

_SKUS = tuple(f"BENCH-{number}" for number in range(10))
_CUSTOMERS = 100
#: More than can wait at once while a module is fenced.
_THREADS = 96
#: What comes to payments for each order: a deposit, and else questions. Only they see the pause.
_TO_PAYMENTS = 10
_TIMEOUT_SECONDS = 30.0
_LOOK_SECONDS = 0.05
_READY_WITHIN_SECONDS = 60.0

_ENDED = (
    "SELECT count(*) FROM messaging_message WHERE source = 'ordering' AND name IN"
    " ('ordering.order_fulfilled', 'ordering.order_failed', 'ordering.order_cancelled')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """This is one request.

    Attributes:
        kind: ``order``, ``payment`` or ``deposit``; the latter two ask the module that moves.
        due_at: when it was to be sent, on `time.time`; a thread that was late counts as a wait.
        seconds: from then to the answer.
        refused: what was answered, unless it is what a customer wants.
    """

    kind: str
    due_at: float
    seconds: float
    refused: str = ""


class Shoppers:
    """These order, look at payments from before, and pay into accounts."""

    def __init__(self, system: Deployables) -> None:
        self.asked: list[Asked] = []
        self._system = system
        self._pool = urllib3.PoolManager(maxsize=_THREADS, retries=False)
        self._random = random.Random(1)

    def open_the_shop(self) -> None:
        """This fills the shelves, and waits until an order goes through."""
        for sku in _SKUS:
            product = {"name": sku, "category": "B", "unit_price_minor": 100, "currency": "USD"}
            self._request("PUT", f"/api/v1/catalog/products/{sku}", product)
            self._request("PUT", f"/api/v1/inventory/{sku}", {"on_hand": 1_000_000})
        give_up_at = time.monotonic() + _READY_WITHIN_SECONDS
        while not self._goes_through():
            if time.monotonic() > give_up_at:
                raise RuntimeError("no order is fulfilled")

    @contextmanager
    def at_a_constant_rate(self, a_second: float) -> Iterator[None]:
        """This has orders, and more that comes to payments, arrive on time inside the block."""
        stopping = threading.Event()
        with ThreadPoolExecutor(_THREADS) as pool:

            def arrive() -> None:
                number, due_at = 0, time.time()
                while not stopping.wait(max(due_at - time.time(), 0.0)):
                    if number % _TO_PAYMENTS == 0:
                        pool.submit(self._order, due_at)
                    pool.submit(self._look if number % _TO_PAYMENTS else self._deposit, due_at)
                    number, due_at = number + 1, due_at + 1 / (a_second * _TO_PAYMENTS)

            with _meanwhile(arrive, stopping):
                yield

    @contextmanager
    def as_many_as_it_bears(self, open_at_once: int) -> Iterator[None]:
        """This keeps so many orders open inside the block: one ends, the next is placed."""
        stopping = threading.Event()
        placed = 0
        [before] = self._system.database.row(_ENDED)
        with ThreadPoolExecutor(open_at_once) as pool:

            def replace() -> None:
                nonlocal placed
                while not stopping.wait(_LOOK_SECONDS):
                    [ended] = self._system.database.row(_ENDED)
                    for _ in range(open_at_once - (placed - (ended - before))):
                        pool.submit(self._order, time.time())
                        placed += 1

            with _meanwhile(replace, stopping):
                yield

    def wait_until_all_have_ended(self) -> None:
        """This waits for what is under way, so that the next figure begins with nothing to do."""
        give_up_at = time.monotonic() + _READY_WITHIN_SECONDS
        while self._system.database.row(_STILL_OPEN) != (0,):
            if time.monotonic() > give_up_at:
                raise RuntimeError("some orders do not end")
            time.sleep(_LOOK_SECONDS)

    def refusals(self) -> list[str]:
        """This gives what was answered that nobody wants."""
        return [one.refused for one in self.asked if one.refused]

    def _goes_through(self) -> bool:
        self._order(time.time())
        self.asked.clear()
        self.wait_until_all_have_ended()
        [fulfilled] = self._system.database.row(
            "SELECT count(*) FROM messaging_message WHERE name = 'ordering.order_fulfilled'"
        )
        return bool(fulfilled)

    def _order(self, due_at: float) -> None:
        ship_to = {"name": "A", "line1": "1 Main St", "city": "Cork", "country": "Ireland"}
        body = {
            "customer_id": "BENCH",
            "currency": "USD",
            "lines": [{"sku": self._random.choice(_SKUS), "quantity": 1}],
            "ship_to": {**ship_to, "postal_code": "T12"},
            "payment_token": "tok_ok",
        }
        self._ask("order", due_at, "POST", "/api/v1/orders", body)

    def _look(self, due_at: float) -> None:
        known = order_id(self._random.randint(1, self._system.payments))
        self._ask("payment", due_at, "GET", f"/api/v1/payments/{known}", None)

    def _deposit(self, due_at: float) -> None:
        account = f"bench-{self._random.randrange(_CUSTOMERS)}"
        body = {"entry_id": uuid4().hex, "amount_minor": 100, "currency": "USD"}
        path = f"/api/v1/payments/accounts/{account}/deposits"
        self._ask("deposit", due_at, "POST", path, body)

    def _ask(self, kind: str, due_at: float, method: str, path: str, body: object) -> None:
        try:
            status, said = self._request(method, path, body)
            refused = "" if status < 300 else f"{path}: {status} {said[:300]!r}"
        except urllib3.exceptions.HTTPError as error:
            refused = f"{path}: {error!r}"
        seconds = time.time() - due_at
        self.asked.append(Asked(kind=kind, due_at=due_at, seconds=seconds, refused=refused))

    def _request(self, method: str, path: str, body: object) -> tuple[int, bytes]:
        answer = self._pool.request(
            method,
            self._system.url + path,
            body=None if body is None else msgspec.json.encode(body),
            headers={
                **self._system.headers,
                "Content-Type": "application/json",
                "Idempotency-Key": uuid4().hex,
            },
            timeout=_TIMEOUT_SECONDS,
        )
        return answer.status, answer.data


_STILL_OPEN = (
    "SELECT (SELECT count(*) FROM messaging_message WHERE source = 'ordering'"
    f" AND name = 'ordering.order_placed') - ({_ENDED})"
)


@contextmanager
def _meanwhile(work: Callable[[], None], stopping: threading.Event) -> Iterator[None]:
    """This has a thread work during the block; it is over when `stopping` is set."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
