"""What the last ticks of this process gave positions to, so that its consumers need not ask.

The leader has the rows in its hands when it gives them their positions; each consumer beside
it would read them back, and most of them are of no concern to it. Only who reads and commits in
the log's own database may take them from here: see docs/decisions/0029.
"""

from __future__ import annotations

from collections.abc import Sequence

from modules.kernel.messaging.envelope import Envelope

#: So many are kept at least, for consumers that are not so quick.
_KEPT = 1_000

_Window = tuple[int, tuple[Envelope, ...]]


class Recent:
    """These are the last messages of one log, in one piece; empty where others lead it.

    One thread adds, any number read: what they read is replaced, never changed.
    """

    def __init__(self) -> None:
        self._window: _Window | None = None

    def add(self, after: int, ticked: Sequence[Envelope]) -> None:
        """This adds the messages at the positions that follow `after`, all that there are."""
        window = self._window
        if window is None or window[0] + len(window[1]) != after:
            self._window = after, tuple(ticked)
            return
        start, known = window
        surplus = max(len(known) - _KEPT, 0) if len(known) > 2 * _KEPT else 0
        self._window = start + surplus, (*known[surplus:], *ticked)

    def forget(self) -> None:
        """This has everybody ask the log, until something is added."""
        self._window = None

    def since(self, position: int) -> Sequence[Envelope] | None:
        """This gives all that follows a position; None where only the log knows."""
        window = self._window
        if window is None:
            return None
        start, known = window
        return known[position - start :] if 0 <= position - start <= len(known) else None
