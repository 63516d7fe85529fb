"""Threads that move messages: one keeper a log, one thread a consumer and log.

What the embedded driver and `manage.py worker` share.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence

import structlog
from django.db import connections

from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.keeper import Keeper
from modules.kernel.messaging.logs import LeadershipLost, databases
from modules.kernel.messaging.pulse import Pulse, listen
from modules.kernel.messaging.subscriptions import Subscription, subscriptions
from modules.kernel.messaging.unit_of_work import database_of_module
from modules.kernel.messaging.watch import Watch

_logger = structlog.get_logger("quarry.messaging")

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_WATCH_SECONDS = 0.25


class MessageThreads:
    """These are the threads that move the messages of some modules in this process."""

    def __init__(self, modules: Sequence[str] = ()) -> None:
        """
        Args:
            modules: whose consumers to run; all when none is named.
        """
        self._stopping = threading.Event()
        self._pulses = {database: Pulse() for database in databases()}
        self._news = {database: Pulse() for database in databases()}
        self._watches: dict[str, Watch] = {}
        self._unlisten = [listen(name, news.beat) for name, news in self._news.items()]
        chosen = [one for one in subscriptions() if not modules or one.module in modules]
        self._threads = [
            threading.Thread(target=self._keep, args=(name,), name=f"keeper-{name}", daemon=True)
            for name in databases()
        ] + [
            threading.Thread(
                target=self._consume, args=(one, name), name=f"{one.consumer}-{name}", daemon=True
            )
            for one in chosen
            for name in databases()
        ]
        self._threads.append(threading.Thread(target=self._watch, name="watchdog", daemon=True))

    def start(self) -> None:
        """This starts all threads."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """This lets each thread finish its batch, gives leases and leadership back, and waits."""
        self._stopping.set()
        for unlisten in self._unlisten:
            unlisten()
        for pulse in (*self._pulses.values(), *self._news.values()):
            pulse.beat()
        for thread in self._threads:
            thread.join(timeout_seconds)

    def _keep(self, database: str) -> None:
        news = self._news[database]

        def run() -> None:
            keeper = Keeper(database, self._pulses[database])
            while not self._stopping.is_set():
                seen = news.beats
                wait_seconds = keeper.step()
                if wait_seconds:
                    news.wait(seen, wait_seconds)
            keeper.close()

        self._persist(run)

    def _consume(self, subscription: Subscription, source: str) -> None:
        pulse = self._pulses[source]
        owner = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"[:80]

        def run() -> None:
            consumer = Consumer(
                subscription,
                database=database_of_module(subscription.module),
                source=source,
                owner=owner,
            )
            self._watches[owner] = consumer.attempts.watch
            while not self._stopping.is_set():
                seen = pulse.beats
                if not consumer.step():
                    pulse.wait(seen, consumer.idle_seconds)
            consumer.close()

        self._persist(run)

    def _watch(self) -> None:
        while not self._stopping.wait(_WATCH_SECONDS):
            for owner, watch in list(self._watches.items()):
                if watch.enforce(time.monotonic()):
                    _logger.error("handler_timed_out", owner=owner)

    def _persist(self, run: Callable[[], None]) -> None:
        """This begins again, with new connections, whenever the database fails underneath."""
        pause_seconds = _FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            try:
                run()
            except LeadershipLost as lost:
                _logger.warning("leadership_lost", detail=str(lost))
            except Exception:  # A thread that ends in silence would leave its messages lying.
                _logger.exception("thread_failed", again_in_seconds=pause_seconds)
                self._stopping.wait(pause_seconds)
                pause_seconds = min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)
            finally:
                connections.close_all()
