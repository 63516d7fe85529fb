"""The progress of a move, told to its record too: who looks from elsewhere sees it there."""

from __future__ import annotations

import time
from collections.abc import Callable

from modules.kernel.extraction.moving.record import Record
from modules.kernel.extraction.moving.watching import Watcher

#: How often it is written down, at the most.
_EVERY_SECONDS = 1.0
#: In these only: in the others callers wait, or there is next to nothing to do.
_PHASES = ("copy", "catch-up", "compare")


class Noting:
    """This is a watcher that tells another one, and notes progress in the record of the move.

    Outside of every transaction: progress is told between blocks only.
    """

    def __init__(
        self, watcher: Watcher, record: Record, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._watcher = watcher
        self._record = record
        self._clock = clock
        self._what = ""
        self._began_at = self._noted_at = 0.0
        self._done_before = 0

    def began(self, phase: str) -> None:
        self._watcher.began(phase)
        self._what = ""

    def progress(self, what: str, *, done: int, total: int) -> None:
        self._watcher.progress(what, done=done, total=total)
        if self._record.move.phase not in _PHASES:
            return
        now = self._clock()
        if what != self._what:
            self._what, self._began_at, self._done_before = what, now, done
        elif now < self._noted_at + _EVERY_SECONDS:
            return
        self._noted_at = now
        since = done - self._done_before
        left = (now - self._began_at) / since * (total - done) if since else None
        self._record.tell(
            progress={
                "phase": self._record.move.phase,
                "what": what,
                "done": done,
                "total": total,
                "seconds_left": None if left is None else round(left, 1),
            }
        )

    def reached(self, milestone: str) -> None:
        self._watcher.reached(milestone)
