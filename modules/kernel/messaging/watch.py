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
    """This watches what one thread is handling."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread = 0
        self._deadline: float | None = None

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """This limits the block, which runs in the calling thread."""
        self._thread = threading.get_ident()
        self._deadline = time.monotonic() + seconds
        try:
            yield
        finally:
            with self._lock:  # After this no exception is sent: the block is over.
                self._deadline = None

    @property
    def is_running(self) -> bool:
        """This tells whether something is handled now, and is not over its limit."""
        return self._deadline is not None

    def enforce(self, now: float) -> bool:
        """This interrupts the block if it is over its limit; True when it was."""
        with self._lock:
            if self._deadline is None or now < self._deadline:
                return False
            self._deadline = None
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self._thread), ctypes.py_object(HandlerTimedOut)
            )
            return True
