"""The time limit of a handler: what ends one that hangs.

A driver's watchdog (`drivers.watchdog`) calls `enforce`; a handler over its limit gets
`HandlerTimedOut` raised inside it, rolls back and counts as failed. The lease of one that
hangs where Python cannot interrupt it is prolonged no more: another thread takes over, and
the epoch refuses the late commit.
"""

import ctypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class HandlerTimedOut(Exception):
    """This says that a handler ran longer than its time limit."""


class Watch:
    """This watches what the threads of one consumer are handling."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._deadlines: dict[int, float] = {}

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """This limits the block, which runs in the calling thread."""
        thread = threading.get_ident()
        with self._lock:
            self._deadlines[thread] = time.monotonic() + seconds
        try:
            yield
        finally:
            with self._lock:  # After this no exception is sent: the block is over.
                self._deadlines.pop(thread, None)

    @property
    def is_running(self) -> bool:
        """This tells whether something is handled now, and is not over its limit."""
        return bool(self._deadlines)

    def enforce(self, now: float) -> bool:
        """This interrupts the blocks that are over their limit; True when there were any."""
        with self._lock:
            over = [thread for thread, deadline in self._deadlines.items() if now >= deadline]
            for thread in over:
                del self._deadlines[thread]
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(HandlerTimedOut)
                )
            return bool(over)
