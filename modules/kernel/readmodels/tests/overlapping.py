"""What two logs tell of the same rows, taken in at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from queue import Queue

from django.db import connections, transaction
from django.test import override_settings

from modules.kernel.contracts import new_id
from modules.kernel.messaging.prepared import fetch
from modules.kernel.messaging.tests.waiting import wait_until
from modules.kernel.readmodels import Happened, Projection, Tables, generations

_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
_WAITS = (
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted)"
    " AND pg_backend_pid() = ANY(pg_blocking_pids(%s))"
)


def project(projection: Projection, *events: object) -> None:
    """This takes events into the generation that is read, as the projector of one log does."""
    with transaction.atomic(using=projection.database):
        projection.project(_happened(events), _tables(projection))


def project_overlapping(
    projection: Projection, first: Iterable[object], second: Iterable[object]
) -> None:
    """This takes the first in, and the second while the first is not committed yet."""
    tables = _tables(projection)
    overlap(
        projection.database,
        lambda: projection.project(_happened(first), tables),
        lambda: projection.project(_happened(second), tables),
    )


def overlap(database: str, first: Callable[[], object], second: Callable[[], object]) -> None:
    """This does the first, and the second while the first, which it waits for, is not committed."""
    pids: Queue[int] = Queue()

    def do_second() -> None:
        try:
            with transaction.atomic(using=database):
                [(pid,)] = fetch(database, "SELECT pg_backend_pid()", [])
                pids.put(pid)
                second()
        finally:
            connections.close_all()

    # A second log, as far as the tables can tell.
    several_logs = override_settings(QUARRY_DATABASES={"elsewhere": "elsewhere"})
    with several_logs, ThreadPoolExecutor(1) as pool:
        with transaction.atomic(using=database):
            first()
            done = pool.submit(do_second)
            pid = pids.get(timeout=10)
            wait_until(
                lambda: done.done() or bool(fetch(database, _WAITS, [pid, pid])[0][0]),
                what="the second waits for the first",
            )
            assert not done.done(), "the second was done before the first was committed"
        done.result(timeout=10)


def _tables(projection: Projection) -> Tables:
    return generations.tables_of(projection, generations.live(projection))


def _happened(events: Iterable[object]) -> Sequence[Happened]:
    return [
        Happened(event=one, position=number, recorded_at=_AT, message_id=new_id())
        for number, one in enumerate(events, start=1)
    ]
