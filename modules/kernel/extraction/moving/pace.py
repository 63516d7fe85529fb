"""How much of the time a mover works while others do: what it copies is taken from the same disks
and processors that answer customers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Of the time, while the module goes on: what leaves customers more than 0.7 of what the machine
#: did for them before; see docs/benchmarks.md.
SHARE = 0.5


def share(text: str) -> float:
    """This reads a share. Raises: ValueError: it is not above 0 and at most 1."""
    found = float(text)
    if not 0 < found <= 1:
        raise ValueError(f"a share is above 0 and at most 1, not {text}")
    return found


class Pace:
    """This has a mover rest after each step, until it is in a hurry.

    Args:
        share: of the time in which it works; 1 for never resting.
    """

    def __init__(
        self,
        share: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._share = share
        self._clock = clock
        self._sleep = sleep
        self._hurries = False

    def hurry(self) -> None:
        """This has it rest no more: callers wait."""
        self._hurries = True

    @contextmanager
    def step(self) -> Iterator[None]:
        """This is one step of the work, with the rest that comes after it."""
        began = self._clock()
        yield
        if not self._hurries and self._share < 1:
            self._sleep((self._clock() - began) * (1 / self._share - 1))
