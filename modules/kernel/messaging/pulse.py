"""The pulse: how the threads of one process learn that a log has something new.

A hint, never data: whoever misses one finds the messages at its next look.
"""

import threading
from collections.abc import Callable, Collection

from modules.kernel.messaging.recent import Recent


class Pulse:
    """This is a counter that can be waited on; one a log.

    Attributes:
        recent: what the news is, where this process has it.
    """

    def __init__(self) -> None:
        self.recent = Recent()
        self._condition = threading.Condition()
        self._beats = 0
        self._last_for_all = 0
        self._last_for_name: dict[str, int] = {}

    def beat(self, names: Collection[str] | None = None) -> None:
        """This wakes those who wait for messages of these names; all, where it is not known."""
        with self._condition:
            self._beats += 1
            if names is None:
                self._last_for_all = self._beats
            else:
                self._last_for_name.update(dict.fromkeys(names, self._beats))
            self._condition.notify_all()

    @property
    def beats(self) -> int:
        return self._beats

    def wait(self, seen: int, timeout_seconds: float, names: Collection[str] | None = None) -> int:
        """This returns the count once a beat past `seen` says that there is news, or at timeout.

        Args:
            names: only of these messages; None for any.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._news_since(seen, names), timeout_seconds)
            return self._beats

    def _news_since(self, seen: int, names: Collection[str] | None) -> bool:
        if names is None or self._last_for_all > seen:
            return self._beats > seen
        return any(self._last_for_name.get(name, 0) > seen for name in names)


_listeners: dict[str, list[Callable[[], None]]] = {}


def wake(database: str) -> None:
    """This tells whoever listens in this process that `database` has new messages."""
    for listener in _listeners.get(database, ()):
        listener()


def listen(database: str, listener: Callable[[], None]) -> Callable[[], None]:
    """This calls `listener` at each wake of the log; the returned function stops that."""
    _listeners.setdefault(database, []).append(listener)
    return lambda: _listeners[database].remove(listener)
