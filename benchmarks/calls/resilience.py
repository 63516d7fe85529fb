"""Figure: what breaker, retry, bulkhead and time limits cost around a call that succeeds."""

import time
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.calls.options import Options
from benchmarks.harness import Figure, interleave, spread_of
from modules.kernel.resilience import (
    Attempt,
    BreakerPolicy,
    BulkheadPolicy,
    Pipeline,
    Policy,
    RetryPolicy,
)

_BAR_US = 15.0


def measure(options: Options) -> Iterator[Figure]:
    """This times a function that does nothing, called by itself and through pipelines."""
    retry, breaker, bulkhead = RetryPolicy(), BreakerPolicy(), BulkheadPolicy()
    whole = Pipeline(
        "bench.whole",
        Policy(attempt_timeout_seconds=1.0, retry=retry, breaker=breaker, bulkhead=bulkhead),
    )
    over_time = Pipeline(
        "bench.time",
        Policy(
            attempt_timeout_seconds=1.0,
            retry=retry,
            breaker=BreakerPolicy(window="time", window_size=60),
            bulkhead=bulkhead,
        ),
    )
    bare = Pipeline("bench.bare", Policy())
    attempt = Attempt(0, 0.0, time.monotonic)
    contenders: dict[str, Callable[[], object]] = {
        "the function itself": partial(nothing, attempt),
        "time limit only": partial(bare.call, nothing),
        "all, counting calls": partial(whole.call, nothing, repeatable=True),
        "all, counting seconds": partial(over_time.call, nothing, repeatable=True),
    }
    measured = interleave(
        {name: partial(_microseconds, call, options.calls) for name, call in contenders.items()},
        rounds=options.rounds,
    )
    by_itself = measured.pop("the function itself")
    costs = {
        name: spread_of([each - alone for each, alone in zip(values, by_itself, strict=True)])
        for name, values in measured.items()
    }
    slower = max(costs["all, counting calls"].median, costs["all, counting seconds"].median)
    yield Figure(
        name="breaker + retry + bulkhead + timeout around a call that succeeds",
        bar=f"≤ {_BAR_US:g} µs",
        measured="; ".join(f"{name} {cost:.1f} µs" for name, cost in costs.items()),
        met=slower <= _BAR_US,
        details={"microseconds": measured, "the function itself": by_itself},
        note=f"the function's own {spread_of(by_itself):.2f} µs taken off; metrics included; "
        f"{options.rounds} rounds of {options.calls} calls each",
    )


def nothing(attempt: Attempt) -> None:
    """This is the call that succeeds."""


def _microseconds(call: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - started) / times * 1e6
