"""How far a read model is behind its logs, in positions and in seconds."""

from dataclasses import dataclass

from django.db import connections

from modules.kernel.messaging.dialect import as_datetime, now_sql
from modules.kernel.messaging.logs import databases, open_log
from modules.kernel.readmodels.models import Checkpoint, Generation
from modules.kernel.readmodels.projection import Projection

#: Messages looked through for the first that waits.
_LOOK = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """This is how far behind a read model is.

    Attributes:
        positions: of all logs, that it has not looked at.
        seconds: age of the oldest message for it among them; 0 without one.
    """

    positions: int
    seconds: float


def lag_of(projection: Projection, alias: str = "", *, number: int = 0) -> Lag:
    """This gives the lag of the live generation, or of one by its number.

    Args:
        alias: a replica of the database with the tables, where it may be further behind.
    """
    positions, seconds = 0, 0.0
    for source in databases():
        head = open_log(source, kept_in=source).head()
        pos = position_of(projection, source, alias, number=number)
        if pos >= head:
            continue
        waiting, _ = open_log(source, kept_in=source).read(
            after=pos, names=projection.names, parts=None, limit=_LOOK
        )
        if waiting:
            positions += head - pos
            with connections[source].cursor() as cursor:
                cursor.execute(f"SELECT {now_sql(source)}", [])
                now = as_datetime(cursor.fetchone()[0])
            assert now is not None
            seconds = max(seconds, (now - waiting[0].recorded_at).total_seconds())
    return Lag(positions=positions, seconds=max(seconds, 0.0))


def position_of(projection: Projection, source: str, alias: str = "", *, number: int = 0) -> int:
    """This gives how far a generation is in a log; the live one where no number is given."""
    which: dict[str, object] = {"generation__state": Generation.State.LIVE}
    if number:
        which = {"generation__number": number}
    found = (
        Checkpoint.objects.using(alias or projection.database)
        .filter(generation__projection=projection.name, source=source, **which)
        .values_list("pos", flat=True)
        .first()
    )
    return found or 0
