"""Figure: how long from a commit until the handler's effect is committed, in an idle system."""

import random
import threading
import time
from collections.abc import Iterator

from benchmarks.harness import Crew, Database, Figure, Stop, percentile
from benchmarks.log.messages import ThingHappened
from benchmarks.log.options import Options
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.drivers.delivering import message_threads
from modules.kernel.messaging.subscriptions import Handler, subscribe
from modules.kernel.messaging.unit_of_work import unit_of_work

_P50_MS = 10.0
_P99_MS = 50.0
_DEADLINE_SECONDS = 30.0


def measure(server: str, options: Options) -> Iterator[Figure]:
    """This times the way of messages, one at a time, with the threads of all modules there."""
    with (
        Database(server, "latency") as database,
        Crew(1, database_url=database.url) as process,
    ):
        (latencies_ms,) = process.do(time_messages, options.latencies)
    middle, late = percentile(latencies_ms, 50), percentile(latencies_ms, 99)
    yield Figure(
        name="commit → handler's effect committed, embedded driver, idle system",
        bar=f"p50 ≤ {_P50_MS:g} ms, p99 ≤ {_P99_MS:g} ms",
        measured=f"p50 {middle:.1f} ms, p99 {late:.1f} ms",
        met=middle <= _P50_MS and late <= _P99_MS,
        details={"latencies_ms": [round(value, 2) for value in latencies_ms]},
        note=f"{len(latencies_ms)} messages; {min(latencies_ms):.1f} to"
        f" {max(latencies_ms):.1f} ms; the consumers of all modules in the same process",
    )


def time_messages(stop: Stop, count: int) -> list[float]:
    """This appends a message now and then, and gives the times until its effects, in ms."""
    seen = Effects()
    subscribe(
        consumer="bench",
        module="bench",
        message_class=ThingHappened,
        handler=Handler(record=seen.record),
    )
    threads = message_threads()
    threads.start()
    chance = random.Random(1)
    try:
        seen.after_append(0)  # Not counted: until here leases are claimed and connections opened.
        latencies_ms = []
        for number in range(1, count + 1):
            stop.wait(chance.uniform(0.02, 0.06))
            latencies_ms.append(seen.after_append(number) * 1000)
        return latencies_ms
    finally:
        threads.stop()


class Effects:
    """These are the effects, with the moments of their commits."""

    def __init__(self) -> None:
        self._committed_at: dict[int, float] = {}
        self._news = threading.Condition()

    def record(self, message: ThingHappened, delivery: Delivery) -> None:
        """This is the handler: one row of effect."""
        from benchmarks.log.models import Effect  # Only where Django is set up.

        with unit_of_work("bench") as work:
            Effect.objects.create(thing=message.thing, number=message.number)
            work.after_commit(lambda: self._committed(message.number))

    def after_append(self, number: int) -> float:
        """This appends a message and gives the seconds from its commit to that of its effect."""
        appended_at: list[float] = []
        with unit_of_work("bench") as work:
            # Before the append, whose own action after the commit wakes the threads.
            work.after_commit(lambda: appended_at.append(time.monotonic()))
            work.append(ThingHappened(thing="one", number=number))
        with self._news:
            if not self._news.wait_for(lambda: number in self._committed_at, _DEADLINE_SECONDS):
                raise TimeoutError(f"message {number} had no effect in {_DEADLINE_SECONDS} s")
            return self._committed_at[number] - appended_at[0]

    def _committed(self, number: int) -> None:
        now = time.monotonic()
        with self._news:
            self._committed_at[number] = now
            self._news.notify_all()
