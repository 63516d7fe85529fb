"""Figures: appending and loading with millions of events in the store, against an empty one."""

import time
from collections.abc import Iterator
from functools import partial

from benchmarks.eventstore.options import Options
from benchmarks.harness import Crew, Database, Figure, Stop, interleave, ratios, spread_of

_BAR = 0.9
_LENGTH = 100
_BULK = 500_000

# In streams of a hundred, one after another; long past, so with an xid that no tick looks at.
_INSERT = """
INSERT INTO messaging_message (message_id, source, name, schema_version, key, part, stream,
                               stream_version, data, headers, xid)
SELECT gen_random_uuid(), 'bench', 'bench.money_moved', 1, 'p-' || n / %(length)s, 0,
       'bench.account-p-' || n / %(length)s, n %% %(length)s + 1,
       '{"account":"p-' || n / %(length)s || '","number":' || n %% %(length)s ||
       ',"amount_minor":100,"currency":"EUR","reference":"an order of the seventeenth"}',
       '{}', '0'
  FROM generate_series(%(first)s::bigint, %(last)s::bigint - 1) n
"""


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This measures both in turns, each in a database and a process of its own."""
    with (
        Database(server, "empty") as empty,
        Database(server, "filled") as filled,
        Crew(1, database_url=empty.url) as at_empty,
        Crew(1, database_url=filled.url) as at_filled,
    ):
        _fill(filled, options.past)
        # What is loaded is the same in both: streams that were just written, and in the filled
        # store others between them.
        for process in (at_empty, at_filled):
            process.do(write_streams)
        for what, job in (("append", append), ("load", load)):

            def run(process: Crew, job: object = job) -> float:
                return float(process.do(job, options.seconds)[0])  # type: ignore[arg-type]  # a job

            measured = interleave(
                {"empty": partial(run, at_empty), "filled": partial(run, at_filled)},
                rounds=options.rounds,
            )
            ratio = spread_of(ratios(measured, "filled", "empty"))
            yield Figure(
                name=f"{what} with {options.past:,} events in the store, against an empty one",
                bar=f"≥ {_BAR} ×",
                measured=f"{ratio:.2f} ×",
                met=ratio.median >= _BAR,
                details={f"{what}s a second": measured},
                note=f"{spread_of(measured['filled']):,.0f}/s against"
                f" {spread_of(measured['empty']):,.0f}/s",
            )


def write_streams(stop: Stop) -> None:
    """This writes the streams that are loaded afterwards."""
    from benchmarks.eventstore.accounts import accounts, moved

    for number in range(50):
        accounts.change(f"own-{number}", lambda state: moved(state.account, _LENGTH))


def append(stop: Stop, seconds: float) -> float:
    """This decides and appends, an event a transaction, and gives appends a second."""
    from benchmarks.eventstore.accounts import accounts, moved

    began, count = time.perf_counter(), 0
    while time.perf_counter() < began + seconds:
        accounts.change(f"new-{began}-{count // 10}", lambda state: moved(state.account, 1))
        count += 1
    return count / (time.perf_counter() - began)


def load(stop: Stop, seconds: float) -> float:
    """This loads streams of a hundred events, and gives loads a second."""
    from benchmarks.eventstore.accounts import accounts

    began, count = time.perf_counter(), 0
    while time.perf_counter() < began + seconds:
        assert accounts.load(f"own-{count % 50}").version == _LENGTH
        count += 1
    return count / (time.perf_counter() - began)


def _fill(database: Database, count: int) -> None:
    for first in range(0, count, _BULK):
        values = {"first": first, "last": min(first + _BULK, count), "length": _LENGTH}
        database.execute_named(_INSERT, values)
    # What is long past has been vacuumed, and written to disk, long ago.
    database.execute("VACUUM ANALYZE messaging_message")
    database.execute("CHECKPOINT")
