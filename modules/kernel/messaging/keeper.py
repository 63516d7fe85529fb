"""The keeper of a log: it ticks where it leads, follows where it does not, and beats the pulse."""

import time

import psycopg
from django.db import connections

from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.logs.postgresql import CHANNEL
from modules.kernel.messaging.pulse import Pulse
from modules.kernel.telemetry.deliveries import count_tick

#: Between two ticks while there is news, and the longest while there is none. A writer in this
#: process wakes the keeper itself.
_BUSY_SECONDS = 0.002
_IDLE_SECONDS = 0.010

#: Under load, how many times longer than its tick the keeper leaves the machine to others: a
#: tick costs the same for one message and for a hundred.
_REST = 2

#: How often a follower tries to lead: so long may the log stand still when a leader dies.
_FOLLOW_SECONDS = 0.5


class Keeper:
    """This keeps one log going on behalf of one process; an object is used by one thread."""

    def __init__(self, database: str, pulse: Pulse) -> None:
        self.database = database
        self.pulse = pulse
        self.log = open_log(database, kept_in=database)
        pulse.recent.forget()
        self._wait_seconds = _BUSY_SECONDS

    def step(self) -> float:
        """This makes one tick, or follows for a while.

        Returns:
            How many seconds to wait for a writer of this process before the next.
        """
        if not self.log.lead():
            self.pulse.recent.forget()
            self._follow()
            return 0.0
        count_tick(self.database)
        began = time.monotonic()
        if self._tick():
            self.pulse.beat(self.log.ticked_names)
            rest_seconds = (time.monotonic() - began) * _REST
            self._wait_seconds = min(max(rest_seconds, _BUSY_SECONDS), _IDLE_SECONDS)
        else:
            self._wait_seconds = min(self._wait_seconds * 1.5, _IDLE_SECONDS)
        return self._wait_seconds

    def close(self) -> None:
        """This lets another process lead at once."""
        self.pulse.recent.forget()
        self.log.resign()

    def _tick(self) -> int:
        try:
            given = self.log.tick()
        except BaseException:
            self.pulse.recent.forget()  # Who asks the log meanwhile meets the same trouble.
            raise
        if given:
            ticked = self.log.ticked
            if ticked:
                self.pulse.recent.add(ticked[0].position - 1, ticked)
            else:
                self.pulse.recent.forget()
        return given

    def _follow(self) -> None:
        connection = connections[self.database]
        connection.ensure_connection()
        raw = connection.connection
        assert isinstance(raw, psycopg.Connection)
        raw.execute(f"LISTEN {CHANNEL}")
        until = time.monotonic() + _FOLLOW_SECONDS
        while (left := until - time.monotonic()) > 0:
            for notification in raw.notifies(timeout=left, stop_after=1):
                self.pulse.beat(notification.payload.split() or None)
