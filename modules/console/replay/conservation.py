"""Conservation: what must be true of money and stock when every order has ended (P9).

A pure function of what the API shows. Sums can hide two errors that cancel out, so money
is checked order by order and stock SKU by SKU; the sums follow.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from modules.console.replay.observing import Observation, SeenOrder, SeenStock
from modules.console.replay.placing import FINAL_STATUSES


class Invariant(StrEnum):
    """This names what can be violated."""

    NOTHING_PENDING = "nothing-pending"
    PLACED_ONCE = "placed-once"
    PRICE_AGREED = "price-agreed"
    MONEY_CONSERVED = "money-conserved"
    GOODS_LEFT_FOR_FULFILLED_ONLY = "goods-left-for-fulfilled-only"
    STOCK_CONSERVED = "stock-conserved"
    NOTHING_NEGATIVE = "nothing-negative"
    NOTHING_RESERVED = "nothing-reserved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """This is one breach: of what, by which order or SKU, and the numbers."""

    invariant: Invariant
    subject: str
    detail: str


def violations(observed: Observation) -> tuple[Violation, ...]:
    """This gives every breach of conservation; none means that the check has passed."""
    return (
        *_placed_twice(observed),
        *(violation for order in observed.orders for violation in _of_order(order)),
        *_of_stock(observed),
    )


def shipped_units(orders: tuple[SeenOrder, ...]) -> Counter[str]:
    """This gives how many units of each SKU the fulfilled orders have taken."""
    shipped: Counter[str] = Counter()
    for order in orders:
        if order.status == "fulfilled":
            for line in order.book_order.lines:
                shipped[line.sku] += line.quantity
    return shipped


def _placed_twice(observed: Observation) -> Iterator[Violation]:
    times = Counter(order.order_id for order in observed.orders)
    for order_id in (order_id for order_id, count in times.items() if count > 1):
        yield Violation(
            invariant=Invariant.PLACED_ONCE,
            subject=order_id,
            detail=f"{times[order_id]} orders of the book were given the same id",
        )
    for order_id in observed.strangers:
        yield Violation(
            invariant=Invariant.PLACED_ONCE,
            subject=order_id,
            detail="this replay did not place it: either one order was placed twice, or "
            "something else orders on this server, and then nothing can be checked",
        )


def _of_order(order: SeenOrder) -> Iterator[Violation]:
    def violation(invariant: Invariant, detail: str) -> Violation:
        subject = f"order {order.book_order.number} ({order.order_id})"
        return Violation(invariant=invariant, subject=subject, detail=detail)

    if order.status not in FINAL_STATUSES:
        yield violation(Invariant.NOTHING_PENDING, f"it is still {order.status}")
        return
    fulfilled = order.status == "fulfilled"
    agreed_minor = order.book_order.total_minor
    if fulfilled and order.total_minor != agreed_minor:
        yield violation(
            Invariant.PRICE_AGREED, f"{agreed_minor} were agreed, its total is {order.total_minor}"
        )
    due_minor = agreed_minor if fulfilled else 0
    if order.captured_minor - order.refunded_minor != due_minor:
        yield violation(
            Invariant.MONEY_CONSERVED,
            f"it is {order.status}, so {due_minor} are due, but {order.captured_minor} were "
            f"captured and {order.refunded_minor} refunded",
        )
    if min(order.captured_minor, order.refunded_minor) < 0:
        yield violation(
            Invariant.NOTHING_NEGATIVE,
            f"captured {order.captured_minor}, refunded {order.refunded_minor}",
        )
    if fulfilled != (order.shipment_status in {"dispatched", "delivered"}):
        yield violation(
            Invariant.GOODS_LEFT_FOR_FULFILLED_ONLY,
            f"it is {order.status}, its shipment {order.shipment_status or 'was never made'}",
        )


def _of_stock(observed: Observation) -> Iterator[Violation]:
    shipped = shipped_units(observed.orders)
    for stock in observed.stock:
        yield from _of_sku(stock, shipped[stock.sku])


def _of_sku(stock: SeenStock, shipped: int) -> Iterator[Violation]:
    if stock.on_hand + shipped != stock.initial:
        yield Violation(
            invariant=Invariant.STOCK_CONSERVED,
            subject=stock.sku,
            detail=f"{stock.on_hand} on hand and {shipped} shipped are not the "
            f"{stock.initial} it began with",
        )
    if min(stock.on_hand, stock.reserved, stock.available) < 0:
        yield Violation(
            invariant=Invariant.NOTHING_NEGATIVE,
            subject=stock.sku,
            detail=f"on hand {stock.on_hand}, reserved {stock.reserved}, "
            f"available {stock.available}",
        )
    if stock.reserved != 0:
        yield Violation(
            invariant=Invariant.NOTHING_RESERVED,
            subject=stock.sku,
            detail=f"{stock.reserved} are kept for nobody: every order has ended",
        )
