"""Placing: send the book's orders and wait for what becomes of each.

With a concurrency of 1 an order is in its final state before the next is sent, which makes
the outcome a fact of the book; with N, N orders are under way at any time.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from modules.console.replay.client import Client
from modules.console.replay.order_book import BookOrder

FINAL_STATUSES = frozenset({"fulfilled", "returned", "failed", "cancelled"})

# Looking takes time from the server that is measured: the longer an order has been under way
# the less often, so that a latency is never seen more than a fifth too late.
_BETWEEN_LOOKS_PART = 0.2
_BETWEEN_LOOKS_SECONDS = (0.01, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedOrder:
    """This is what became of one order of the book.

    Attributes:
        order_id: the system's id of it.
        status: the last that was seen; not a final one when waiting was given up.
        failure_code: empty unless it failed.
        latency_seconds: from sending the order to seeing its final state.
    """

    book_order: BookOrder
    order_id: str
    status: str
    failure_code: str
    latency_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """This says how fast orders are placed.

    Attributes:
        concurrency: how many are under way at once.
        rate: at most so many begin in a second; None for as fast as they go.
        final_within_seconds: how long to wait for the final state of one.
    """

    concurrency: int = 1
    rate: float | None = None
    final_within_seconds: float = 180


def place_orders(
    client: Client,
    orders: tuple[BookOrder, ...],
    *,
    run_id: str,
    pace: Pace,
    on_placed: Callable[[PlacedOrder], None],
) -> tuple[PlacedOrder, ...]:
    """This places the orders and gives what became of them, in the order of the book.

    Once an order has not become final in time no further ones are begun: what holds up one
    will hold up the others. The result is then shorter than `orders`.

    Args:
        run_id: goes into each Idempotency-Key; a run repeated under its id finds the
            orders that it has placed already.
        on_placed: called by the placing threads as orders become final.

    Raises:
        ReplayError: the server refused an order or stayed away; the rest is not begun.
    """
    began = time.monotonic()
    held_up = threading.Event()

    def place(nth: int, order: BookOrder) -> PlacedOrder | None:
        if pace.rate is not None:
            held_up.wait(max(0.0, began + nth / pace.rate - time.monotonic()))
        if held_up.is_set():
            return None
        try:
            placed = _place_and_follow(client, order, run_id, pace.final_within_seconds)
        except BaseException:
            held_up.set()
            raise
        if placed.status not in FINAL_STATUSES:
            held_up.set()
        on_placed(placed)
        return placed

    with ThreadPoolExecutor(max_workers=pace.concurrency) as threads:
        try:
            outcomes = list(threads.map(place, range(len(orders)), orders))
        except BaseException:
            # Ctrl-C arrives here, in the main thread: the others are to stop as well.
            held_up.set()
            raise
    return tuple(placed for placed in outcomes if placed is not None)


def _place_and_follow(
    client: Client, order: BookOrder, run_id: str, final_within_seconds: float
) -> PlacedOrder:
    sent_at = time.monotonic()
    answer = client.post(
        "/api/v1/orders", _request(order), idempotency_key=f"replay-{run_id}-{order.number}"
    )
    while True:
        seen = client.get(f"/api/v1/orders/{answer['order_id']}")
        latency_seconds = time.monotonic() - sent_at
        if seen["status"] in FINAL_STATUSES or latency_seconds > final_within_seconds:
            return PlacedOrder(
                book_order=order,
                order_id=seen["order_id"],
                status=seen["status"],
                failure_code=seen["failure"]["code"] if seen["failure"] else "",
                latency_seconds=latency_seconds,
            )
        shortest, longest = _BETWEEN_LOOKS_SECONDS
        time.sleep(min(max(latency_seconds * _BETWEEN_LOOKS_PART, shortest), longest))


def _request(order: BookOrder) -> dict[str, object]:
    return {
        "customer_id": order.customer_id,
        "currency": order.currency,
        "lines": [asdict(line) for line in order.lines],
        # Some countries have no postal codes and most no regions: then the field is left out.
        "ship_to": {name: value for name, value in asdict(order.ship_to).items() if value},
        "payment_token": "tok_ok",
    }
