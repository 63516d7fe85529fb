"""Figure: memory of a worker while it drains a long backlog."""

import statistics
import threading
from collections.abc import Iterator

import psutil

from benchmarks.harness import Crew, Database, Figure
from benchmarks.log.backlog import append_backlog
from benchmarks.log.delivering import check_effects, effects, wait_until_shared, work_singly
from benchmarks.log.options import Options

#: Growth over a million messages that still counts as flat: five bytes a message.
_MIB_A_MILLION = 5.0

#: The first part of the backlog warms the process up: caches, prepared statements, buffers.
_WARM_UP = 0.1

_SAMPLE_SECONDS = 0.5
_MIB = 1024 * 1024


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This watches the resident memory of one worker from the first message to the last."""
    with (
        Database(server, "memory") as database,
        Crew(1, database_url=database.url) as worker,
    ):
        process = psutil.Process(worker.pids[0])
        worker.begin(work_singly)
        wait_until_shared(database, 1)
        append_backlog(database, options.drained)
        samples: list[tuple[int, float]] = []
        while (done := effects(database)) < options.drained:
            samples.append((done, process.memory_info().rss / _MIB))
            threading.Event().wait(_SAMPLE_SECONDS)
        samples.append((done, process.memory_info().rss / _MIB))
        worker.end()
        check_effects(database, options.drained)
    warm = [sample for sample in samples if sample[0] >= options.drained * _WARM_UP]
    growth = _slope(warm) * 1_000_000
    yield Figure(
        name=f"memory of a worker while it drains a backlog of {options.drained:,}",
        bar=f"flat: ≤ {_MIB_A_MILLION:g} MiB a million messages",
        measured=f"{growth:+.1f} MiB a million messages",
        met=growth <= _MIB_A_MILLION,
        details={"messages and MiB": [(done, round(mib, 1)) for done, mib in samples]},
        note=f"{min(mib for _, mib in warm):.0f} to {max(mib for _, mib in warm):.0f} MiB once"
        " warm; slope fitted by least squares",
    )


def _slope(samples: list[tuple[int, float]]) -> float:
    if len({done for done, _ in samples}) < 2:
        return 0.0
    done, mib = zip(*samples, strict=True)
    return statistics.linear_regression(done, mib).slope
