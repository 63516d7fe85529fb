"""What a process knows of placements, and how old that may be: a time lease.

Whoever asks reads the table when what is known is older than `PLACEMENT_SECONDS`. So a change is
known to every process that long after its commit, without anybody having to know of every
process. See docs/decisions/0022-placements-are-a-time-lease.md.
"""

import time
from collections.abc import Callable, Collection, Mapping
from threading import Lock
from typing import Protocol

from django.db import DatabaseError, InterfaceError, connections

from modules.kernel.placements.errors import PlacesUnknown
from modules.kernel.placements.placement import Placement, State
from modules.kernel.placements.writing import read_placements

#: No process goes by what it read longer ago.
PLACEMENT_SECONDS = 0.25

#: After a commit, whoever waits so long can be sure that no process goes by what was before. The
#: margin is for a thread that had just looked, and had not begun yet.
EVERYBODY_KNOWS_SECONDS = PLACEMENT_SECONDS + 0.05


class Placements(Protocol):
    """This is what knows where the modules of this deployable are."""

    def known(self) -> Mapping[str, Placement]:
        """This gives the placements by module; the same object for as long as nothing changed.

        Raises:
            PlacesUnknown: they cannot be read, and what was read is too old.
        """

    def refresh(self) -> None:
        """This has them read again now, however lately they were read. Raises: PlacesUnknown."""

    @property
    def last(self) -> Mapping[str, Placement]:
        """This gives what was read last, however old it is."""

    @property
    def fresh_until(self) -> float:
        """This is until when `last` may be gone by, on `time.monotonic`."""


class Unmoved:
    """These are the placements where no module moves: none."""

    last: Mapping[str, Placement] = {}
    fresh_until = float("inf")

    def known(self) -> Mapping[str, Placement]:
        return self.last

    def refresh(self) -> None:
        """There is nothing to read."""


class StoredPlacements:
    """These are the placements in the deployable's database; used by all threads of a process.

    Args:
        awaited: modules that are in `State.STANDBY` for as long as no row says otherwise.
    """

    def __init__(
        self,
        *,
        database: str = "default",
        awaited: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._awaited = {
            module: Placement(module=module, state=State.STANDBY, epoch=0) for module in awaited
        }
        self._clock = clock
        self._lock = Lock()
        self.last: Mapping[str, Placement] = dict(self._awaited)
        self.fresh_until = float("-inf")

    def known(self) -> Mapping[str, Placement]:
        if self._clock() >= self.fresh_until:
            self.refresh()
        return self.last

    def refresh(self) -> None:
        # Without a lock around the query: a thread that holds the last connection of the pool
        # must not wait for one that holds the lock and waits for a connection.
        began = self._clock()
        connection = connections[self._database]
        if connection.in_atomic_block and connection.needs_rollback:
            return  # No query is possible, and nothing that is done here will be committed.
        try:
            read = {**self._awaited, **read_placements(self._database)}
        except (DatabaseError, InterfaceError) as error:
            raise PlacesUnknown(
                f"where modules run cannot be read in the database {self._database!r}: {error}; "
                "is it there, and migrated?"
            ) from error
        with self._lock:
            if began + PLACEMENT_SECONDS < self.fresh_until:
                return  # Another thread has begun to read later, and was done first.
            if read != self.last:
                self.last = read
            self.fresh_until = began + PLACEMENT_SECONDS
