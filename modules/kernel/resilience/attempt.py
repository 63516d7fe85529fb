"""An attempt: what a called function is told about the time it has."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from modules.kernel.resilience.errors import AttemptTimedOut


class Attempt:
    """This is one attempt at a call.

    A function cannot be stopped from outside; so it is told its deadline, and gives it on to
    what can keep it: a socket, a statement, a wait.

    Attributes:
        number: from 0; a retry or a hedge has a higher one.
        deadline: when it must have come back, on the pipeline's clock.
        cancelled: set once nobody waits for its answer; None where nobody else can be asked.
    """

    __slots__ = ("_clock", "cancelled", "deadline", "number")

    def __init__(
        self,
        number: int,
        deadline: float,
        clock: Callable[[], float],
        cancelled: Event | None = None,
    ) -> None:
        self.number = number
        self.deadline = deadline
        self.cancelled = cancelled
        self._clock = clock

    def remaining_seconds(self) -> float:
        """This gives how much time is left; 0 where it is over."""
        return max(self.deadline - self._clock(), 0.0)

    def check(self) -> None:
        """This ends an attempt whose time is over. Raises: AttemptTimedOut."""
        if self._clock() >= self.deadline:
            raise AttemptTimedOut("the time of the attempt is over")
