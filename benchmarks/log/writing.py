"""Jobs of the writers, and of the process that keeps the log while they write."""

import time
from collections.abc import Callable

from benchmarks.harness import Crew, Database, Stop
from benchmarks.log.contenders import Append

_RAMP_SECONDS = 0.2


def write(stop: Stop, prepare: Callable[[], Append], begin_at: float, seconds: float) -> int:
    """This appends from `begin_at` on, and gives the events of the transactions committed in time.

    Args:
        begin_at: by `time.monotonic`, which is the same in all processes of a machine.
    """
    append = prepare()
    append()  # The first one opens the connection.
    time.sleep(max(begin_at - time.monotonic(), 0.0))
    until = begin_at + seconds
    events = 0
    while True:
        appended = append()
        if time.monotonic() > until:
            return events
        events += appended


def keep_log(stop: Stop) -> None:
    """This sequences the log as the embedded driver and a worker do, until told to stop."""
    from modules.kernel.messaging.drivers.keeping import keep_logs
    from modules.kernel.messaging.drivers.threads import ThreadGroup

    group = ThreadGroup()
    keep_logs(group)
    group.start()
    stop.wait()
    group.stop()


class Writing:
    """This has writers append to one database, for a time, and gives events a second."""

    def __init__(self, database: Database, writers: Crew, keeper: Crew, seconds: float) -> None:
        self.database = database
        self.writers = writers
        self.keeper = keeper
        self.seconds = seconds

    def __call__(self, prepare: Callable[[], Append], *, sequenced: bool) -> float:
        """
        Args:
            sequenced: whether a process gives the messages their positions meanwhile.
        """
        # From equal tables, and without the last contender's pages still to be written out.
        self.database.execute(
            "TRUNCATE messaging_message, messaging_position, bare_message, stored_events"
        )
        self.database.execute("CHECKPOINT")
        if sequenced:
            self.keeper.begin(keep_log)
        begin_at = time.monotonic() + _RAMP_SECONDS
        events: int = sum(self.writers.do(write, prepare, begin_at, self.seconds))
        if sequenced:
            self.keeper.end()
        return events / self.seconds
