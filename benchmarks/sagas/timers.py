"""Figure: what a tick costs when very many instances wait for their timers."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.harness import Crew, Database, Figure, Stop, spread_of
from benchmarks.sagas.options import Options

_DUE = 100
_BAR = 1.5


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This times ticks with a hundred timers due, alone and beside all that are not due."""
    with Database(server, "timers") as database, Crew(1, database_url=database.url) as process:
        (alone_ms,) = process.do(time_ticks, 0)
        (beside_ms,) = process.do(time_ticks, options.timers)
    alone, beside = spread_of(alone_ms), spread_of(beside_ms)
    ratio = beside.median / alone.median
    yield Figure(
        name=f"a tick that appends {_DUE} due timers, beside {options.timers:,} that wait",
        bar=f"≤ {_BAR:g} × a tick without those",
        measured=f"{ratio:.2f} ×",
        met=ratio <= _BAR,
        details={"alone_ms": alone_ms, "beside_ms": beside_ms},
        note=f"{beside:.2f} ms against {alone:.2f} ms",
    )


def time_ticks(stop: Stop, waiting: int) -> list[float]:
    """This gives the milliseconds of ticks, each with `_DUE` timers due."""
    from django.db import connection

    from modules.kernel.messaging.logs import open_log

    log = open_log("default")
    if not log.lead():
        raise RuntimeError("another process leads the log")
    schedule = (
        "INSERT INTO messaging_scheduled (due_at, message_id, source, name, schema_version, key,"
        " part, data, headers) SELECT now() + %s * interval '1 second', gen_random_uuid(), 'bench',"
        " 'sagas.note_timeout', 1, n::text, n %% 64, '{}', '{}' FROM generate_series(1, %s) n"
    )
    with connection.cursor() as cursor:
        cursor.execute(schedule, [3600, waiting])
        cursor.execute("ANALYZE messaging_scheduled")
    times_ms = []
    for _ in range(50):
        with connection.cursor() as cursor:
            cursor.execute(schedule, [-1, _DUE])
        began = time.perf_counter()
        log.tick()
        times_ms.append((time.perf_counter() - began) * 1000)
        while log.tick():
            pass
    log.resign()
    return times_ms
