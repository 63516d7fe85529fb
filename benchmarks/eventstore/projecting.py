"""Figures: a projection with effects in the database, and reading one's own write from it."""

import random
import time
from collections.abc import Iterator

from benchmarks.eventstore.options import Options
from benchmarks.harness import (
    Crew,
    Database,
    Figure,
    Stop,
    interleave,
    percentile,
    ratios,
    spread_of,
)

_TIMES = 15.0
_P50_MS = 30.0


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This measures a projection against the peer's, and its lag as a reader meets it."""
    with (
        Database(server, "projecting") as database,
        Crew(1, database_url=database.url) as process,
    ):
        process.do(fill, options.projected)
        database.execute("VACUUM ANALYZE messaging_message")

        def ours() -> float:
            return float(process.do(project)[0])

        def by_peer() -> float:
            return float(process.do(project_by_peer, max(options.projected // 10, 1))[0])

        measured = interleave({"ours": ours, "eventsourcing": by_peer}, rounds=options.rounds)
        ratio = spread_of(ratios(measured, "ours", "eventsourcing"))
        yield Figure(
            name="projection with effects in the database, events a second",
            bar=f"≥ {_TIMES:g} × its one-transaction-an-event figure",
            measured=f"{ratio:.1f} ×",
            met=ratio.median >= _TIMES,
            details={"events a second": measured},
            note=f"{spread_of(measured['ours']):,.0f}/s, each batch with its checkpoint, against"
            f" {spread_of(measured['eventsourcing']):,.0f}/s",
        )
        (latencies_ms,) = process.do(read_back, options.latencies)
    middle, late = percentile(latencies_ms, 50), percentile(latencies_ms, 99)
    yield Figure(
        name="write → visible through a read-your-writes query, idle system",
        bar=f"p50 ≤ {_P50_MS:g} ms",
        measured=f"p50 {middle:.1f} ms, p99 {late:.1f} ms",
        met=middle <= _P50_MS,
        details={"latencies_ms": [round(value, 2) for value in latencies_ms]},
        note=f"{len(latencies_ms)} writes; the threads of all modules in the same process",
    )


def fill(stop: Stop, count: int) -> None:
    """This keeps events with both, ours with their positions."""
    from benchmarks.eventstore.accounts import accounts, moved
    from benchmarks.eventstore.peer import fill_peer, open_peer
    from modules.kernel.messaging.logs import open_log

    length = min(count, 1_000)
    for number in range(count // length):
        accounts.change(f"a-{number}", lambda state: moved(state.account, length))
    fill_peer(open_peer(), streams=max(count // length // 10, 1), length=length)
    log = open_log("default")
    assert log.lead()
    while log.tick():
        pass
    log.resign()


def project(stop: Stop) -> float:
    """This has the projection take all events in, and gives events a second."""
    from django.db import connections

    from benchmarks.eventstore.effects import EntryRow
    from modules.kernel.readmodels import generations
    from modules.kernel.readmodels.projector import Projector

    projection = _registered()
    with connections["default"].cursor() as cursor:
        cursor.execute("DROP VIEW IF EXISTS bench_entry")
    for generation in list(generations.of(projection)):
        generations.drop(projection, generation)
    generations.ensure(projection)
    projector = Projector(projection, "default")
    began = time.perf_counter()
    while projector.step():
        pass
    seconds = time.perf_counter() - began
    count = EntryRow.objects.count()
    assert count > 0
    return count / seconds


def project_by_peer(stop: Stop, limit: int) -> float:
    """This has the peer's do the same for fewer events."""
    from benchmarks.eventstore.peer import open_peer, project_peer

    app = open_peer()
    began = time.perf_counter()
    count = project_peer(app, limit)
    seconds = time.perf_counter() - began
    app.close()
    return count / seconds


def read_back(stop: Stop, count: int) -> list[float]:
    """This writes now and then and reads it back by its token, and gives the ms in between."""
    from benchmarks.eventstore.accounts import accounts, moved
    from benchmarks.eventstore.effects import Entries, EntryRow
    from modules.kernel.messaging.drivers.delivering import message_threads
    from modules.kernel.messaging.followers import follow
    from modules.kernel.messaging.write_tokens import collecting
    from modules.kernel.readmodels.following import follower_of
    from modules.kernel.readmodels.reading import read, wanting

    follow(follower_of(_registered()))
    threads = message_threads()
    threads.start()
    chance = random.Random(1)
    latencies_ms = []
    try:
        for number in range(count + 1):
            stop.wait(chance.uniform(0.02, 0.06))
            account = f"mine-{number}"
            with collecting() as tokens:
                accounts.change(account, lambda state: moved(state.account, 1))
            committed_at = time.perf_counter()
            with wanting(tuple(tokens.values()), deadline_seconds=30):
                found = read(Entries, lambda: list(EntryRow.objects.filter(key=f"{account}:0")))  # noqa: B023  # called at once
            latencies_ms.append((time.perf_counter() - committed_at) * 1000)
            assert len(found) == 1
    finally:
        threads.stop()
    return latencies_ms[1:]  # Until the first one connections were opened.


def _registered() -> "Entries":  # type: ignore[name-defined]  # noqa: F821  # only where Django is set up
    from benchmarks.eventstore.effects import Entries
    from modules.kernel.readmodels import projection as registry

    try:
        return registry.projection(Entries.name)
    except LookupError:
        registry.register(Entries())
    return registry.projection(Entries.name)
