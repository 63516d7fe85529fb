"""The bulkhead: so many calls at once and no more, so that one slow side cannot take all threads.

Source: Nygard, "Release It!" (2007); Resilience4j's SemaphoreBulkhead.
"""

from threading import Condition, Lock

from modules.kernel.resilience.errors import BulkheadFull
from modules.kernel.resilience.policy import BulkheadPolicy


class Bulkhead:
    """This is one bulkhead. Each `enter` that returns is followed by one `leave`."""

    __slots__ = ("_freed", "_lock", "_waiting", "name", "policy", "under_way")

    def __init__(self, name: str, policy: BulkheadPolicy) -> None:
        self.name = name
        self.policy = policy
        #: How many calls are inside.
        self.under_way = 0
        self._waiting = 0
        self._lock = Lock()
        self._freed = Condition(self._lock)

    def enter(self, *, at_most_seconds: float) -> None:
        """This takes a place, and waits for one as long as the policy and the caller let it.

        Raises:
            BulkheadFull: there was none.
        """
        with self._lock:
            if not self._has_room() and not self._wait_for_room(at_most_seconds):
                raise BulkheadFull(
                    f"{self.name}: {self.policy.concurrent} calls are under way, no more may be",
                    call=self.name,
                    concurrent=self.policy.concurrent,
                )
            self.under_way += 1

    def leave(self) -> None:
        """This gives the place back."""
        with self._lock:
            self.under_way -= 1
            if self._waiting:
                self._freed.notify()

    def _has_room(self) -> bool:
        return self.under_way < self.policy.concurrent

    def _wait_for_room(self, at_most_seconds: float) -> bool:
        seconds = min(self.policy.max_wait_seconds, at_most_seconds)
        if seconds <= 0:
            return False
        self._waiting += 1
        try:
            return self._freed.wait_for(self._has_room, timeout=seconds)
        finally:
            self._waiting -= 1
