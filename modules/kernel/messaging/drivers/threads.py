"""A group of threads that go on until told to stop, whatever happens to the database."""

import threading
import time
from collections.abc import Callable

import structlog
from django.db import connections

_logger = structlog.get_logger("quarry.messaging")

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0


class ThreadGroup:
    """These are threads that are started, kept alive and stopped together."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._at_stop: list[Callable[[], None]] = []

    def add(self, name: str, run: Callable[[], None]) -> None:
        """This adds a thread; `run` returns when `stopping` is set, and begins anew if it fails."""
        self._threads.append(
            threading.Thread(target=self._persist, args=(run,), name=name, daemon=True)
        )

    def at_stop(self, action: Callable[[], None]) -> None:
        """This has `action` called when the group is to stop, to wake who waits."""
        self._at_stop.append(action)

    def start(self) -> None:
        """This starts all threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """This lets each thread finish what it is at, and waits for them."""
        self.stopping.set()
        for action in self._at_stop:
            action()
        for thread in self._threads:
            thread.join(timeout_seconds)
            if thread.is_alive():
                _logger.warning("thread_does_not_end", thread=thread.name)

    def _persist(self, run: Callable[[], None]) -> None:
        pause_seconds = _FIRST_PAUSE_SECONDS
        while not self.stopping.is_set():
            began = time.monotonic()
            try:
                run()
            except Exception:  # A thread that ends in silence would leave its messages lying.
                if time.monotonic() - began > _LONGEST_PAUSE_SECONDS:
                    pause_seconds = _FIRST_PAUSE_SECONDS  # It had been well: not the same again.
                _logger.exception("thread_failed", again_in_seconds=pause_seconds)
                self.stopping.wait(pause_seconds)
                pause_seconds = min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)
            finally:
                # What failed may be the connection: the next begins with a new one.
                connections.close_all()
