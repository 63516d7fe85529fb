"""The report of a replay: numbers for a program; `rendering` makes the table for people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from modules.console.replay.conservation import Violation, shipped_units, violations
from modules.console.replay.observing import Observation
from modules.console.replay.placing import PlacedOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """This is how long orders took from being sent to their final state, in milliseconds."""

    p50_ms: float
    p90_ms: float
    p99_ms: float
    longest_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """This is the outcome of a replay.

    Attributes:
        orders: how many the book has; `placed` of them were placed.
        failed: how many failed, by failure code.
        others: how many are neither fulfilled nor failed, by status.
        requests_retried: how often the server did not answer and was asked again.
        fulfilled_minor: the sum of the fulfilled orders by the book's prices; with
            captured_minor and refunded_minor it is a sum over all currencies.
        violations: breaches of conservation; empty when it holds.
    """

    run_id: str
    orders: int
    placed: int
    fulfilled: int
    failed: dict[str, int]
    others: dict[str, int]
    seconds: float
    orders_per_second: float
    latency: Latency
    requests_retried: int
    captured_minor: int
    refunded_minor: int
    fulfilled_minor: int
    units_initial: int
    units_shipped: int
    units_left: int
    violations: tuple[Violation, ...]

    @property
    def conserved(self) -> bool:
        return not self.violations


def make_report(
    *,
    run_id: str,
    orders: int,
    placed: Sequence[PlacedOrder],
    observed: Observation,
    seconds: float,
    requests_retried: int,
) -> Report:
    """This counts and sums what was observed."""
    statuses = Counter(order.status for order in observed.orders)
    codes = Counter(order.failure_code for order in placed if order.status == "failed")
    return Report(
        run_id=run_id,
        orders=orders,
        placed=len(placed),
        fulfilled=statuses.pop("fulfilled", 0),
        failed=dict(sorted(codes.items())),
        others={status: count for status, count in statuses.items() if status != "failed"},
        seconds=round(seconds, 3),
        orders_per_second=round(len(placed) / seconds, 1) if seconds else 0.0,
        latency=latency_of([order.latency_seconds for order in placed]),
        requests_retried=requests_retried,
        captured_minor=sum(order.captured_minor for order in observed.orders),
        refunded_minor=sum(order.refunded_minor for order in observed.orders),
        fulfilled_minor=sum(
            order.book_order.total_minor for order in observed.orders if order.status == "fulfilled"
        ),
        units_initial=sum(stock.initial for stock in observed.stock),
        units_shipped=shipped_units(observed.orders).total(),
        units_left=sum(stock.on_hand for stock in observed.stock),
        violations=violations(observed),
    )


def latency_of(latencies_seconds: Sequence[float]) -> Latency:
    """This gives the percentiles by nearest rank: each is a latency that was measured."""
    ranked = sorted(latencies_seconds) or [0.0]

    def at(percent: int) -> float:
        rank = -(-len(ranked) * percent // 100)
        return round(ranked[max(rank, 1) - 1] * 1000, 1)

    return Latency(p50_ms=at(50), p90_ms=at(90), p99_ms=at(99), longest_ms=at(100))
