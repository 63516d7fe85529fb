"""The pulse: how the threads of one process learn that a log has something new.

A hint, never data: whoever misses one finds the messages at its next look.
"""

import threading
from collections.abc import Callable


class Pulse:
    """This is a counter that can be waited on; one a log."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._beats = 0

    def beat(self) -> None:
        """This wakes all who wait."""
        with self._condition:
            self._beats += 1
            self._condition.notify_all()

    @property
    def beats(self) -> int:
        return self._beats

    def wait(self, seen: int, timeout_seconds: float) -> int:
        """This returns the count once it is past `seen`, or after the timeout."""
        with self._condition:
            self._condition.wait_for(lambda: self._beats != seen, timeout_seconds)
            return self._beats


_listeners: dict[str, list[Callable[[], None]]] = {}


def wake(database: str) -> None:
    """This tells whoever listens in this process that `database` has new messages."""
    for listener in _listeners.get(database, ()):
        listener()


def listen(database: str, listener: Callable[[], None]) -> Callable[[], None]:
    """This calls `listener` at each wake of the log; the returned function stops that."""
    _listeners.setdefault(database, []).append(listener)
    return lambda: _listeners[database].remove(listener)
