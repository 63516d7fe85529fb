"""The modules' tasks inside the web process, for an installation without a Celery broker.

A Celery worker in one thread and beat in another, on kombu's in-memory transport: the same
code path as in production but for the broker. Used by the embedded driver.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import structlog
from celery import Celery
from celery.beat import Service
from celery.worker import WorkController
from django.db import connections

from modules.kernel.contracts import new_id
from modules.kernel.tasks.scheduler import ModuleScheduler

_logger = structlog.get_logger("quarry.tasks")

#: How long beat may sleep at a time, and so how long it takes to notice that it must stop.
_BEAT_PAUSE_SECONDS = 1


def start(app: Celery) -> TaskThreads | None:
    """This starts the threads if the app's broker is in memory; with another, workers do it."""
    if not _is_in_memory(app):
        return None
    threads = TaskThreads(app)
    threads.start()
    return threads


class TaskThreads:
    """These are the threads that run tasks in this process: a worker's, and beat's.

    Args:
        app: whose broker is ``memory://``, which reaches the threads of one process only.

    Raises:
        ValueError: the app has another broker. It needs workers, not threads.
    """

    def __init__(self, app: Celery) -> None:
        if not _is_in_memory(app):
            raise ValueError(
                "tasks run inside this process only with CELERY_BROKER_URL=memory://; with a "
                "broker, start `celery -A config worker` and `celery -A config beat`"
            )
        self._app = app
        # Its own each time: the order to stop one worker must not meet the next.
        self._hostname = f"embedded-{new_id()}@localhost"
        self._is_ready = threading.Event()
        self._beat = Service(app, max_interval=_BEAT_PAUSE_SECONDS, scheduler_cls=ModuleScheduler)
        self._worker_thread = self._thread("tasks", self._work)
        self._beat_thread = self._thread("beat", self._beat.start)

    def start(self) -> None:
        """This starts both threads and does not wait for them."""
        # The process has been checked when it started; Celery would do it all over again.
        os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
        self._worker_thread.start()
        self._beat_thread.start()

    def wait_until_ready(self, timeout_seconds: float = 10.0) -> bool:
        """This waits until the worker takes tasks; False if it does not in time."""
        return self._is_ready.wait(timeout_seconds)

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """This lets the running task end, then ends both threads.

        Tasks that have not begun are dropped; see the package's docstring.
        """
        self._beat.stop()
        if self._worker_thread.is_alive() and self.wait_until_ready(timeout_seconds):
            # By Celery's remote control, because it wakes a worker that waits for tasks.
            self._app.control.shutdown(destination=[self._hostname])
        for thread in (self._beat_thread, self._worker_thread):
            thread.join(timeout_seconds)
            if thread.is_alive():
                _logger.warning("thread_does_not_end", thread=thread.name)

    def _work(self) -> None:
        self._app.loader.init_worker()
        # A plain controller: Celery's command line adds signal handlers and logging of its
        # own, and both belong to the process around. Heartbeats, gossip and mingling are
        # for other workers, of which there are none.
        WorkController(
            app=self._app,
            hostname=self._hostname,
            queues=self._queues(),
            pool="solo",
            concurrency=1,
            without_heartbeat=True,
            without_gossip=True,
            without_mingle=True,
            ready_callback=lambda consumer: self._is_ready.set(),
        ).start()

    def _queues(self) -> list[str]:
        """This gives every queue that a task of this process is sent to.

        A worker of the command line is told its queues; one that is not told takes Celery's
        default queue alone, and the modules' own would fill up unread.
        """
        route = self._app.amqp.router.route
        return sorted({route({}, task)["queue"].name for task in self._app.tasks})

    def _thread(self, name: str, target: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            # Celery keeps its current app by thread, and `@shared_task` goes by it.
            self._app.set_current()
            try:
                target()
            except Exception:
                _logger.exception("thread_failed", thread=name)
            finally:
                connections.close_all()

        return threading.Thread(target=run, name=name, daemon=True)


def _is_in_memory(app: Celery) -> bool:
    return bool(app.connection_for_read().transport_cls == "memory")
