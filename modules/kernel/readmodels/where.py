"""Where a read runs: on a replica while it is fresh enough, else where the tables are written.

How old a replica's data are is asked of the replica itself, at most every `_LOOK_SECONDS`.
One that cannot be reached, or is too old, is passed over; that is said once, and in each answer.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections

from modules.kernel.readmodels.projection import Projection

_logger = structlog.get_logger("quarry.readmodels")

_LOOK_SECONDS = 0.25
#: How long one that does not answer is left alone.
_AWAY_SECONDS = 1.0

# With nothing left to replay, and the stream up, it has all there is, however long ago that
# was written. A replica whose stream is down cannot know: then its last transaction tells.
_AGE = """
SELECT CASE
    WHEN NOT pg_is_in_recovery() THEN 0
    WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
         AND EXISTS (SELECT 1 FROM pg_stat_wal_receiver WHERE status = 'streaming') THEN 0
    ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """This is a database to read from.

    Attributes:
        staleness_seconds: how old its data are at the most, as last measured.
        note: why it is not the replica, where there is one; else empty.
    """

    alias: str
    staleness_seconds: float = 0.0
    note: str = ""

    @property
    def is_replica(self) -> bool:
        return self.alias == settings.QUARRY_REPLICA_DATABASE


@dataclass(slots=True)
class _Seen:
    looked_at: float = float("-inf")
    age_seconds: float | None = None
    was_usable: bool = True


_seen: dict[str, _Seen] = {}


def places(projection: Projection) -> Iterator[Place]:
    """This gives where a read of the projection may run, the best first; the last always can."""
    home = projection.database
    replica: str = settings.QUARRY_REPLICA_DATABASE
    note = ""
    if replica and home == settings.QUARRY_REPLICA_OF:
        age_seconds = _age(replica)
        if age_seconds is None:
            note = "replica-unreachable"
        elif age_seconds > settings.QUARRY_REPLICA_MAX_STALENESS_SECONDS:
            note = f"replica-{age_seconds:.1f}s-behind"
        else:
            yield Place(alias=replica, staleness_seconds=age_seconds)
            note = "replica-failed"
        _say_once(replica, note)
    yield Place(alias=home, note=note)


def failed(alias: str) -> None:
    """This notes that a read on a replica failed: the next ones go elsewhere for a while."""
    _seen[alias] = _Seen(looked_at=time.monotonic() + _AWAY_SECONDS, age_seconds=None)
    connections[alias].close()


def _age(alias: str) -> float | None:
    """This gives how old a replica's data are; None where it does not answer."""
    seen = _seen.setdefault(alias, _Seen())
    if time.monotonic() - seen.looked_at < _LOOK_SECONDS:
        return seen.age_seconds
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(_AGE)
            seen.age_seconds = float(cursor.fetchone()[0] or 0)
        seen.looked_at = time.monotonic()
    except (DatabaseError, InterfaceError):
        failed(alias)
        return None
    return seen.age_seconds


def _say_once(alias: str, note: str) -> None:
    seen = _seen.setdefault(alias, _Seen())
    is_usable = note == "replica-failed"
    if is_usable != seen.was_usable:
        seen.was_usable = is_usable
        _logger.warning("replica_is_back" if is_usable else "replica_passed_over", why=note)
