"""The watchdog over handlers: those within their time limit keep their leases, others end.

A thread beside those that deliver. Without it a handler that takes longer than a lease lasts
would lose its partition in the middle, each time, to another worker that fares no better.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog
from django.db import DatabaseError, InterfaceError, connections

from modules.kernel.messaging.consumer import Consumer

_logger = structlog.get_logger("quarry.messaging")

_WATCH_SECONDS = 0.25


def watch_over(consumers: Mapping[str, Consumer], stopping: threading.Event) -> None:
    """This watches the handlers of consumers in other threads until `stopping` is set."""
    prolong_at: dict[str, float] = {}
    while not stopping.wait(_WATCH_SECONDS):
        for name, consumer in list(consumers.items()):
            now = time.monotonic()
            if consumer.attempts.watch.enforce(now):
                _logger.error("handler_timed_out", consumer=name)
            elif consumer.attempts.watch.is_running and now >= prolong_at.get(name, 0.0):
                _prolong(consumer)
                prolong_at[name] = now + consumer.leases.seconds / 3


@contextmanager
def watched(consumer: Consumer) -> Iterator[None]:
    """This watches one consumer's handlers during the block."""
    stopping = threading.Event()

    def run() -> None:
        try:
            watch_over({consumer.subscription.consumer: consumer}, stopping)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, name="watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _prolong(consumer: Consumer) -> None:
    try:
        consumer.leases.prolong()
    except (DatabaseError, InterfaceError) as error:  # The handler will hear of it itself.
        _logger.warning("lease_not_prolonged", error=repr(error))
        connections[consumer.database].close()
