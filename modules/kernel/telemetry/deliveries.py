"""What is counted where messages are sequenced and delivered, in this process.

Called by the messaging kernel for every message, so it must cost next to nothing: two
microseconds a message, four where processes count together. Read by `exposition`.
"""

import time
from collections import Counter as Tally
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from types import TracebackType

from prometheus_client import Counter, Histogram

#: From a handler with one row of effect to one that is about to meet its time limit.
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

_messages = Counter(
    "quarry_messages_handled",
    "Messages by what came of them: handled, failed (will be tried again) or parked",
    ("consumer", "name", "outcome"),
)
_handlers = Histogram(
    "quarry_handler_seconds",
    "How long the handlers of a message took in their transaction, also when they failed",
    ("consumer", "name"),
    buckets=_SECONDS,
)
_calls = Histogram(
    "quarry_outward_call_seconds",
    "How long a message's call to the outside took, also when it failed",
    ("consumer", "name"),
    buckets=_SECONDS,
)
_ticks = Counter("quarry_log_ticks", "Looks of the sequencer for what was committed", ("log",))


class Outcome(StrEnum):
    """This is what came of one attempt at a message, once that is committed."""

    HANDLED = "handled"
    FAILED = "failed"
    PARKED = "parked"


class Timed:
    """This times its block. A class, because a generator's context costs three times as much."""

    __slots__ = ("_histogram", "_started")

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram

    def __enter__(self) -> None:
        self._started = time.perf_counter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._histogram.observe(time.perf_counter() - self._started)


def handler_timed(consumer: str, name: str) -> Timed:
    """This times the block as the handlers of a message."""
    return Timed(_timing(_handlers, consumer, name))


def call_timed(consumer: str, name: str) -> Timed:
    """This times the block as a message's call to the outside."""
    return Timed(_timing(_calls, consumer, name))


def count(consumer: str, names: Iterable[str], outcome: Outcome) -> None:
    """This counts messages by name, once what came of them is committed."""
    for name, number in Tally(names).items():
        _counting(consumer, name, outcome).inc(number)


def count_tick(log: str) -> None:
    """This counts a tick of the sequencer."""
    _ticking(log).inc()


# `labels` takes a lock and makes strings; there are few label sets, and they stay.
@cache
def _timing(histogram: Histogram, consumer: str, name: str) -> Histogram:
    return histogram.labels(consumer, name)


@cache
def _counting(consumer: str, name: str, outcome: Outcome) -> Counter:
    return _messages.labels(consumer, name, outcome.value)


@cache
def _ticking(log: str) -> Counter:
    return _ticks.labels(log)
