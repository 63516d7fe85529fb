"""Figures: for how long callers wait while payments moves, with few payments and with many.

And what an order takes before the move and after it, beside what `extract --check` has said.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.extraction.deployables import Deployables
from benchmarks.extraction.moves import Moved, moved
from benchmarks.extraction.options import Options
from benchmarks.extraction.shopping import Asked, Shoppers
from benchmarks.harness import Figure, percentile

_ASKS_PAYMENTS = ("payment", "deposit")

# From the request to the last word, by the database's clock.
_ORDERS = """
SELECT extract(epoch FROM e.recorded_at - p.recorded_at)
  FROM messaging_message p JOIN messaging_message e ON e.key = p.key
   AND e.source = 'ordering' AND e.name = 'ordering.order_fulfilled'
 WHERE p.source = 'ordering' AND p.name = 'ordering.order_placed'
   AND p.recorded_at BETWEEN to_timestamp(%s) AND to_timestamp(%s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """This is what was seen of one size.

    Attributes:
        waits: seconds of those who came to payments while it was fenced, on all ways out.
        waits_back: likewise on the ways back.
        others: how many asked payments at any other time.
        latencies: seconds of orders, before the first move and after the last.
    """

    payments: int
    messages: int
    waits: Sequence[float]
    waits_back: Sequence[float]
    others: int
    out: Sequence[Moved]
    refusals: Sequence[str]
    latencies: tuple[Sequence[float], Sequence[float]]
    predicted_ms: float

    def told(self) -> str:
        """This says it in a line."""
        pauses = ", ".join(f"{one.paused_seconds:.2f}" for one in self.out)
        return (
            f"p99 {percentile(self.waits, 99):.2f} s, max {max(self.waits):.2f} s "
            f"({len(self.waits)} callers; fenced for {pauses} s)"
        )


def pause(seen: Seen, options: Options) -> Figure:
    """This is the pause against its bar."""
    return Figure(
        name=f"pause seen by a caller while payments moves out, {seen.payments:,} payments, "
        f"{options.rate:g} orders a second (what the machine bears)",
        bar="p99 ≤ 1 s, max ≤ 2 s",
        measured=seen.told(),
        met=percentile(seen.waits, 99) <= 1.0 and max(seen.waits) <= 2.0 and not seen.refusals,
        details=asdict(seen),
        note=f"of those who came to payments while it was fenced; {len(seen.refusals)} of "
        f"{len(seen.waits) + seen.others} requests refused; {seen.messages:,} messages in "
        f"the log beside; the move took {_whole(seen.out[0]):.0f} s",
    )


def tenfold(few: Seen, many: Seen) -> Figure:
    """This is whether it grows with the data."""
    ratio = percentile(many.waits, 99) / percentile(few.waits, 99)
    return Figure(
        name=f"the same pause with {many.payments / few.payments:g} × the data",
        bar="≤ 1.2 ×",
        measured=f"{ratio:.2f} ×",
        met=ratio <= 1.2,
        details=asdict(few),
        note=f"p99 with {many.payments:,} payments against {few.payments:,}: {few.told()}; by "
        f"how long it was fenced {_length(many) / _length(few):.2f} ×; "
        f"{len(few.refusals)} requests refused",
    )


def latency(seen: Seen, options: Options) -> Figure:
    """This is what an order takes before and after, beside the prediction."""
    before, after = (statistics.median(some) * 1000 for some in seen.latencies)
    added = after - before
    return Figure(
        name="an order, from placed to fulfilled, before the move and after it; what "
        "`extract --check` predicts",
        bar="reported with its error",
        measured=f"p50 {before:.0f} ms before, {after:.0f} ms after: {added:+.0f} ms, predicted "
        f"{seen.predicted_ms:+.0f} ms (error {seen.predicted_ms - added:+.0f} ms)",
        met=True,
        details={
            "p99 before": percentile(seen.latencies[0], 99),
            "p99 after": percentile(seen.latencies[1], 99),
        },
        note=f"at {options.rate:g} orders a second; p99 "
        f"{percentile(seen.latencies[0], 99) * 1000:.0f} ms and "
        f"{percentile(seen.latencies[1], 99) * 1000:.0f} ms; the prediction is of an idle system",
    )


def look(system: Deployables, options: Options, *, moves: int) -> Seen:
    """This moves payments out so many times, and back between, at a constant rate of orders."""
    shoppers = Shoppers(system)
    out, back = [], []
    with shoppers.at_a_constant_rate(options.rate):
        before = _stretch(options.seconds)
        predicted = system.check()["estimated"]["added_ms_a_flow"]
        for number in range(moves):
            if number:
                back.append(moved(system.roll_back()))
            # As fast as it can: what is looked at is the pause, and the copy takes long enough.
            out.append(moved(system.cut_over("--share", "1")))
        _stretch(options.seconds / 2)  # What has queued up meanwhile is done first.
        after = _stretch(options.seconds)
    shoppers.wait_until_all_have_ended()
    asked = [one for one in shoppers.asked if one.kind in _ASKS_PAYMENTS]
    waits, waits_back = _fenced(asked, out), _fenced(asked, back)
    return Seen(
        payments=system.payments,
        messages=system.messages,
        waits=[one.seconds for one in waits],
        waits_back=[one.seconds for one in waits_back],
        others=len(asked) - len(waits) - len(waits_back),
        out=out,
        refusals=shoppers.refusals(),
        latencies=(_latencies(system, *before), _latencies(system, *after)),
        predicted_ms=float(predicted),
    )


def _stretch(seconds: float) -> tuple[float, float]:
    began = time.time()
    time.sleep(seconds)
    return began, time.time()


def _fenced(asked: Sequence[Asked], moves: Sequence[Moved]) -> list[Asked]:
    return [
        one
        for one in asked
        if any(move.fenced_at <= one.due_at <= move.resumed_at for move in moves)
    ]


def _latencies(system: Deployables, began: float, ended: float) -> list[float]:
    return [float(row[0]) for row in system.database.rows(_ORDERS, (began, ended))]


def _length(seen: Seen) -> float:
    return statistics.median(one.paused_seconds for one in seen.out)


def _whole(move: Moved) -> float:
    return sum(move.phases.values())
