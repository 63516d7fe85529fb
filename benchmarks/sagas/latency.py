"""Figure: how long one checkout takes in an idle system."""

from collections.abc import Iterator

from benchmarks.harness import Crew, Database, Figure, percentile
from benchmarks.sagas import quarry
from benchmarks.sagas.options import Options

_P50_MS = 30.0


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This times checkouts one after another: nine messages, each in a transaction of its own."""
    with Database(server, "saga") as database, Crew(1, database_url=database.url) as process:
        (latencies_ms,) = process.do(quarry.run_singly, options.latencies)
    middle = percentile(latencies_ms, 50)
    yield Figure(
        name="one checkout, idle system, PostgreSQL",
        bar=f"p50 ≤ {_P50_MS:g} ms",
        measured=f"p50 {middle:.1f} ms, p99 {percentile(latencies_ms, 99):.1f} ms",
        met=middle <= _P50_MS,
        details={"latencies_ms": [round(value, 2) for value in latencies_ms]},
        note=f"{len(latencies_ms)} checkouts",
    )
