"""Sliding windows of calls: how many there were of late, and how many failed or were slow.

A breaker holds one, under its lock. Both keep running totals, so that a call costs the same
however long the window is. Source: Resilience4j's FixedSizeSlidingWindowMetrics and
SlidingTimeWindowMetrics.
"""

from collections import deque
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """This is how many calls a window holds."""

    calls: int
    failures: int
    slow: int

    @property
    def failure_rate(self) -> float:
        """This is the share of failures, from 0 to 1; 0 of no calls."""
        return self.failures / self.calls if self.calls else 0.0

    @property
    def slow_call_rate(self) -> float:
        """This is the share of slow calls, from 0 to 1; 0 of no calls."""
        return self.slow / self.calls if self.calls else 0.0


class Window(Protocol):
    """This is what a breaker asks of a window; `now` is of the breaker's clock, in seconds."""

    calls: int
    failures: int
    slow: int

    def add(self, now: float, *, failed: bool, slow: bool) -> None:
        """This takes one call in, and lets go of what is too old."""

    def expire(self, now: float) -> None:
        """This lets go of what is too old."""

    def clear(self) -> None:
        """This forgets all calls."""


class CountWindow:
    """This holds the last `size` calls."""

    __slots__ = ("_last", "_size", "calls", "failures", "slow")

    def __init__(self, size: int) -> None:
        self._size = size
        self.clear()

    def add(self, now: float, *, failed: bool, slow: bool) -> None:
        if self.calls == self._size:
            old = self._last.popleft()
            self.failures -= old & 1
            self.slow -= old >> 1
        else:
            self.calls += 1
        self._last.append(failed | slow << 1)
        self.failures += failed
        self.slow += slow

    def expire(self, now: float) -> None:
        """Nothing is too old by time alone."""

    def clear(self) -> None:
        self._last: deque[int] = deque()
        self.calls = self.failures = self.slow = 0


class TimeWindow:
    """This holds the calls of the last `seconds` seconds, in one bucket a second."""

    __slots__ = ("_buckets", "_seconds", "calls", "failures", "slow")

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self.clear()

    def add(self, now: float, *, failed: bool, slow: bool) -> None:
        self.expire(now)
        second = int(now)
        if not self._buckets or self._buckets[-1][0] != second:
            self._buckets.append([second, 0, 0, 0])
        bucket = self._buckets[-1]
        bucket[1] += 1
        bucket[2] += failed
        bucket[3] += slow
        self.calls += 1
        self.failures += failed
        self.slow += slow

    def expire(self, now: float) -> None:
        oldest = int(now) - self._seconds
        while self._buckets and self._buckets[0][0] <= oldest:
            _, calls, failures, slow = self._buckets.popleft()
            self.calls -= calls
            self.failures -= failures
            self.slow -= slow

    def clear(self) -> None:
        self._buckets: deque[list[int]] = deque()
        self.calls = self.failures = self.slow = 0


def totals(window: Window) -> Totals:
    """This gives what the window holds, as a value of its own."""
    return Totals(calls=window.calls, failures=window.failures, slow=window.slow)
