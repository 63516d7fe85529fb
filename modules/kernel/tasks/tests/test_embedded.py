"""Tasks inside this process: sent and periodic ones run, and nothing is left of the threads."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from celery import Celery
from django.contrib.auth.models import User
from django.db import connection

from modules.kernel.tasks import Periodic, scheduler
from modules.kernel.tasks.embedded import TaskThreads, start

_DEADLINE_SECONDS = 20.0

ELSEWHERE = Celery("elsewhere", broker="amqp://127.0.0.1", set_as_current=False)


@pytest.fixture
def app() -> Iterator[Celery]:
    """This is an application with a queue of its own."""
    app = Celery("embedded-test", broker="memory://", set_as_current=False)
    app.conf.task_default_queue = "embedded-test"
    app.conf.broker_transport_options = {"polling_interval": 0.01}
    app.conf.task_ignore_result = True
    app.finalize()
    yield app
    app.close()


@pytest.fixture
def run(app: Celery) -> Iterator[Callable[[], TaskThreads]]:
    """This starts the threads, and stops them after the test."""
    started: list[TaskThreads] = []

    def run_threads() -> TaskThreads:
        threads = TaskThreads(app)
        started.append(threads)
        threads.start()
        assert threads.wait_until_ready(_DEADLINE_SECONDS)
        return threads

    yield run_threads
    for threads in started:
        threads.stop()


class TestTaskThreads:
    def test_run_a_task_that_was_sent(self, app: Celery, run: Callable[[], TaskThreads]) -> None:
        done = threading.Event()
        seen: list[tuple[str, int]] = []

        @app.task(name="test.note")
        def note(number: int) -> None:
            seen.append((threading.current_thread().name, number))
            done.set()

        run()
        note.delay(7)
        assert done.wait(_DEADLINE_SECONDS)
        assert seen == [("tasks", 7)]

    def test_take_tasks_from_every_queue_they_are_routed_to(
        self, app: Celery, run: Callable[[], TaskThreads]
    ) -> None:
        done = threading.Event()
        app.conf.task_routes = {"elsewhere.*": {"queue": "embedded-test.elsewhere"}}

        @app.task(name="elsewhere.note")
        def note() -> None:
            done.set()

        run()
        note.delay()
        assert done.wait(_DEADLINE_SECONDS)

    def test_run_a_periodic_task_again_and_again(
        self, app: Celery, run: Callable[[], TaskThreads], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runs = threading.Semaphore(0)

        @app.task(name="test.sweep")
        def sweep() -> None:
            runs.release()

        every = Periodic(task="test.sweep", every=timedelta(milliseconds=50))
        monkeypatch.setattr(scheduler, "periodic_tasks", lambda: (every,))
        run()
        assert all(runs.acquire(timeout=_DEADLINE_SECONDS) for _ in range(3))

    def test_go_on_after_a_task_that_fails(
        self, app: Celery, run: Callable[[], TaskThreads]
    ) -> None:
        done = threading.Event()
        app.task(name="test.fail")(fail)

        @app.task(name="test.done")
        def finish() -> None:
            done.set()

        run()
        app.send_task("test.fail")
        app.send_task("test.done")
        assert done.wait(_DEADLINE_SECONDS)

    @pytest.mark.django_db(transaction=True)
    def test_leave_no_thread_and_no_database_connection_behind(
        self, app: Celery, run: Callable[[], TaskThreads], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = set(threading.enumerate())
        done = threading.Event()
        opened: list[object] = []

        @app.task(name="test.count")
        def count() -> None:
            User.objects.count()
            opened.append(connection.connection)
            wrapper = connection._connections[connection._alias]  # type: ignore[attr-defined]  # the thread's own, behind the proxy
            opened.append(wrapper)
            done.set()

        threads = run()
        count.delay()
        assert done.wait(_DEADLINE_SECONDS)
        threads.stop()
        assert set(threading.enumerate()) <= before
        raw, wrapper = opened
        assert raw is not None
        assert wrapper.connection is None  # type: ignore[attr-defined]  # a DatabaseWrapper

    def test_refuse_a_broker_that_other_processes_share(self) -> None:
        with pytest.raises(ValueError, match="celery -A config worker"):
            TaskThreads(ELSEWHERE)


class TestStart:
    def test_leaves_tasks_to_workers_where_there_is_a_broker(self) -> None:
        assert start(ELSEWHERE) is None


def fail() -> None:
    raise RuntimeError("this task fails")
