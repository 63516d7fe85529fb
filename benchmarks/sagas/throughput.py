"""Figures: checkouts a second, so many at a time, against DBOS; and on SQLite."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.harness import Crew, Database, Figure, interleave, percentile, ratios, spread_of
from benchmarks.harness.database import migrate
from benchmarks.sagas import peer, quarry
from benchmarks.sagas.options import Options

_BARS = {8: 2.0, 64: 5.0}
_P99_MS = 300.0


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This has Quarry and DBOS take turns, 8 and then 64 at a time."""
    for at_a_time, bar in _BARS.items():
        yield _against_dbos(server, options, at_a_time, bar)


def measure_sqlite(server: str, options: Options) -> Iterator[Figure]:
    """This times checkouts on SQLite, 8 at a time."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/bench.sqlite3"
        migrate(url)
        with Crew(1, database_url=url) as process:
            (ran,) = process.do(quarry.run_for, options.seconds, 8)
    late = percentile(ran["latencies_ms"], 99)
    yield Figure(
        name="a checkout on SQLite, 8 at a time",
        bar=f"p99 ≤ {_P99_MS:g} ms",
        measured=f"p50 {percentile(ran['latencies_ms'], 50):.0f} ms, p99 {late:.0f} ms",
        met=late <= _P99_MS,
        details=ran,
        note=f"{ran['rate']:.0f} checkouts a second",
    )


def _against_dbos(server: str, options: Options, at_a_time: int, bar: float) -> Figure:
    late_ms: list[float] = []

    def ours() -> float:
        with (
            Database(server, "sagas") as database,
            Crew(1, database_url=database.url) as process,
        ):
            ran: dict[str, Any]
            (ran,) = process.do(quarry.run_for, options.seconds, at_a_time)
            _check(database, len(ran["latencies_ms"]))
        late_ms.append(percentile(ran["latencies_ms"], 99))
        return float(ran["rate"])

    def theirs() -> float:
        with (
            Database(server, "peer") as database,
            Crew(1, database_url=database.url) as process,
        ):
            (rate,) = process.do(peer.run_for, options.seconds, at_a_time, database.url)
        return float(rate)

    measured = interleave({"quarry": ours, "dbos": theirs}, rounds=options.rounds)
    against = spread_of(ratios(measured, "quarry", "dbos"))
    mine, other = spread_of(measured["quarry"]), spread_of(measured["dbos"])
    return Figure(
        name=f"checkouts a second, {at_a_time} at a time, against DBOS",
        bar=f"≥ {bar:g} ×",
        measured=f"{against:.1f} ×",
        met=against.median >= bar,
        details=measured,
        note=f"{mine:.0f}/s against {other:.0f}/s, one process each; our p99"
        f" {spread_of(late_ms):.0f} ms",
    )


def _check(database: Database, at_least: int) -> None:
    """This refuses steps that were done twice or not at all."""
    found = database.row(
        "SELECT count(*) FILTER (WHERE n <> 4), count(*) FROM (SELECT count(*) AS n FROM"
        " benchmark_sagas_stepeffect GROUP BY order_id) orders"
    )
    if found[0] or found[1] < at_least:
        raise AssertionError(f"orders without exactly four effects, and orders: {found}")
