"""A rebuild while a hundred writes a second go on, and somebody reads all the time."""

from __future__ import annotations

import time
from threading import Event, Thread

import pytest
from django.db import connections

from modules.kernel.messaging.drivers.delivering import message_threads
from modules.kernel.messaging.testing import drain
from modules.kernel.messaging.tests.probe import ThingHappened, publish
from modules.kernel.readmodels import generations, switching
from modules.kernel.readmodels.models import Generation
from modules.kernel.readmodels.reading import read
from modules.kernel.readmodels.rebuild import rebuild
from modules.kernel.readmodels.tests.tallies import Tallies, Tally

_WRITES_A_SECOND = 100
_SECONDS = 4.0


class Load:
    """These are one writer, paced, and one reader, as fast as it can."""

    def __init__(self) -> None:
        self.stop = Event()
        self.written = 0
        self.seen: list[int] = []
        self.failures: list[BaseException] = []
        self.threads = [Thread(target=self._run, args=(one,)) for one in (self._write, self._read)]

    def _run(self, work: object) -> None:
        try:
            work()  # type: ignore[operator]  # a method
        except BaseException as error:
            self.failures.append(error)
        finally:
            connections.close_all()

    def _write(self) -> None:
        began = time.monotonic()
        while not self.stop.wait(
            max(began + self.written / _WRITES_A_SECOND - time.monotonic(), 0)
        ):
            publish(ThingHappened(thing=f"thing-{self.written % 7}", number=self.written))
            self.written += 1

    def _read(self) -> None:
        while not self.stop.wait(0.002):
            self.seen.append(total())


def total() -> int:
    """This gives how many things have happened, as the read model has it."""
    times = read(Tallies, lambda: [row.times for row in Tally.objects.all()])
    return sum(times)


@pytest.mark.skipif(
    "connections['default'].vendor != 'postgresql'", reason="SQLite has one writer at a time"
)
class TestARebuildUnderLoad:
    def test_fails_no_query_and_leaves_no_gap(self, tallies: Tallies) -> None:
        publish(*(ThingHappened(thing="before", number=number) for number in range(3_000)))
        generations.ensure(tallies)
        threads = message_threads()
        threads.start()
        load = Load()
        for thread in load.threads:
            thread.start()
        began = time.monotonic()
        rebuilt = []
        try:
            while time.monotonic() - began < _SECONDS:
                rebuilt.append(rebuild(tallies, lambda progress: None))
            live = generations.live(tallies)
            switching.rollback(tallies)
            assert generations.live(tallies).number == live.number - 1
        finally:
            rate = load.written / (time.monotonic() - began)
            load.stop.set()
            for thread in load.threads:
                thread.join(20)
            threads.stop()
        drain()  # The last of it, into the generation that is kept as well.
        assert load.failures == []
        assert rate > 0.9 * _WRITES_A_SECOND
        assert rebuilt
        assert all(one.equal and one.switched for one in rebuilt)
        # What was seen never went back, whichever generation was read: no gap, no loss.
        assert load.seen == sorted(load.seen)
        assert total() == 3_000 + load.written
        kept = Generation.objects.get(projection=tallies.name, state="kept")
        rows = generations.tables_of(tallies, kept)[Tally]
        assert sum(rows.values_list("times", flat=True)) == 3_000 + load.written
