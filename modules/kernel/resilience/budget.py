"""The retry budget: retries are a share of the calls, so that they cannot become a storm.

A bucket of tokens: each first attempt puts a part of one in, each retry takes a whole one.
Shared by all calls of a pipeline. Source: retry budgets of Finagle; gRPC A6.
"""

from threading import Lock


class RetryBudget:
    """This is a bucket of retries; full at the start, so that the first failure may be retried.

    Args:
        ratio: how much of a retry each first attempt pays for.
        burst: how many retries it holds.
    """

    __slots__ = ("_burst", "_lock", "_ratio", "_tokens")

    def __init__(self, *, ratio: float, burst: float) -> None:
        self._ratio = ratio
        self._burst = burst
        self._tokens = burst
        self._lock = Lock()

    @property
    def left(self) -> float:
        """This is how many retries it would pay for now."""
        return self._tokens

    def deposit(self) -> None:
        """This takes note of a first attempt."""
        # A full bucket, the usual case, is left alone without the lock. A retry that takes a
        # token just then costs this call's share of one, and no more.
        if self._tokens < self._burst:
            with self._lock:
                self._tokens = min(self._tokens + self._ratio, self._burst)

    def withdraw(self) -> bool:
        """This pays for a retry; False where there is nothing left."""
        with self._lock:
            if self._tokens < 1.0:
                return False
            self._tokens -= 1.0
            return True
