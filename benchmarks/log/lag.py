"""Figure: how long a committed message waits for its position, with writers at full speed and an
unrelated transaction open that has written something.
"""

import bisect
import threading
import time
from collections.abc import Collection, Iterator

import psycopg

from benchmarks.harness import Crew, Database, Figure, Stop, percentile, spread_of
from benchmarks.log.messages import ThingHappened, thing
from benchmarks.log.options import Options
from modules.kernel.messaging.keeper import Keeper
from modules.kernel.messaging.pulse import Pulse
from modules.kernel.messaging.unit_of_work import unit_of_work

_P99_MS = 100.0
_HELD_SECONDS = 3.0

Stamps = list[tuple[int, float]]


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This lets writers run beside a transaction that is held open, and compares moments."""
    with (
        Database(server, "lag") as database,
        Crew(1, database_url=database.url) as keeper,
        Crew(options.writers, database_url=database.url) as writers,
    ):
        seconds = min(_HELD_SECONDS, options.seconds)
        rounds = [_round(database, keeper, writers, seconds) for _ in range(options.rounds)]
    late = spread_of([percentile(lags_ms, 99) for lags_ms in rounds])
    middle = spread_of([percentile(lags_ms, 50) for lags_ms in rounds])
    rate = spread_of([len(lags_ms) / seconds for lags_ms in rounds])
    yield Figure(
        name=f"sequencer lag with a {_HELD_SECONDS:g} s unrelated write transaction open, under"
        " load",
        bar=f"p99 ≤ {_P99_MS:g} ms",
        measured=f"p99 {late:.0f} ms",
        met=late.median <= _P99_MS,
        details={
            "p99_ms": [round(percentile(lags_ms, 99), 2) for lags_ms in rounds],
            "p50_ms": [round(percentile(lags_ms, 50), 2) for lags_ms in rounds],
        },
        note=f"p50 {middle:.0f} ms, beside {options.writers} writers at full speed, {rate:,.0f}/s",
    )


def _round(database: Database, keeper: Crew, writers: Crew, seconds: float) -> list[float]:
    """This gives the lag of each message in ms."""
    database.execute("TRUNCATE messaging_message, messaging_position")
    keeper.begin(keep_log_and_stamp)
    begin_at = time.monotonic() + 0.5
    writers.begin(write_and_stamp, begin_at, seconds)
    with psycopg.connect(database.url) as unrelated:
        unrelated.execute("CREATE TABLE IF NOT EXISTS unrelated (n int)")
        unrelated.commit()
        time.sleep(max(begin_at - time.monotonic(), 0.0))
        unrelated.execute("INSERT INTO unrelated VALUES (1)")
        committed: Stamps = [stamp for stamps in writers.results() for stamp in stamps]
        unrelated.rollback()
    _wait_until_sequenced(database)
    (sequenced,) = keeper.end()
    (positions,) = database.row(
        "SELECT json_object_agg(m.data::json ->> 'number', p.pos) FROM messaging_position p"
        " JOIN messaging_message m ON m.id = p.message_id"
    )
    heads = [head for head, _ in sequenced]
    lags_ms = []
    for number, committed_at in committed:
        tick = bisect.bisect_left(heads, positions[str(number)])
        lags_ms.append(max(sequenced[tick][1] - committed_at, 0.0) * 1000)
    return lags_ms


def _wait_until_sequenced(database: Database) -> None:
    deadline = time.monotonic() + 30
    query = "SELECT (SELECT count(*) FROM messaging_message) - count(*) FROM messaging_position"
    while database.row(query)[0]:
        if time.monotonic() > deadline:
            raise TimeoutError("messages without a position are left")
        threading.Event().wait(0.05)


def write_and_stamp(stop: Stop, begin_at: float, seconds: float) -> Stamps:
    """This appends at full speed, and gives each message's number and moment of commit."""
    stamps: Stamps = []
    number = threading.get_native_id() * 1_000_000
    with unit_of_work("bench"):
        pass  # The first one opens the connection.
    time.sleep(max(begin_at - time.monotonic(), 0.0))
    while time.monotonic() < begin_at + seconds:
        number += 1
        with unit_of_work("bench") as work:
            work.append(ThingHappened(thing=thing(number), number=number))
        stamps.append((number, time.monotonic()))
    return stamps


def keep_log_and_stamp(stop: Stop) -> Stamps:
    """This keeps the log, and gives the last position after each tick, with the moment."""
    stamps: Stamps = []

    class StampedPulse(Pulse):
        def beat(self, names: Collection[str] | None = None) -> None:
            # Asked after the tick's commit: what a reader would see at this moment.
            stamps.append((keeper.log.head(), time.monotonic()))

    keeper = Keeper("default", StampedPulse())
    while not stop.is_set():
        time.sleep(keeper.step())
    keeper.close()
    return stamps
