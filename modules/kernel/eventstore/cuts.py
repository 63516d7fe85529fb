"""Cuts through a log: positions at which many streams can be read as they were together.

A cut never splits a transaction. One whose messages stand on both sides of it is left out
whole; what followed from it stands behind all of its messages, and so is left out too.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connections

from modules.kernel.messaging.dialect import as_datetime
from modules.kernel.messaging.logs import open_log


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """This is a place in the log of a database up to which everything is seen."""

    database: str
    position: int


def cut(database: str, *, at: datetime | None = None) -> Cut:
    """This gives the cut after all that has a position now, or had been recorded by a time."""
    head = open_log(database, kept_in=database).head()
    if at is None:
        return Cut(database=database, position=head)
    # By halves: an index on the time would cost every append, and this is for looking back.
    low, high = 0, head
    while low < high:
        middle = (low + high + 1) // 2
        recorded = _recorded_by(database, middle)
        if recorded is None or recorded <= at:
            low = middle
        else:
            high = middle - 1
    return Cut(database=database, position=low)


def whole_sql(database: str) -> str:
    """This is true of a message ``m`` at ``p.pos`` that a cut at ``%s`` (twice) shows."""
    if connections[database].vendor != "postgresql":
        return "m.id <= %s AND %s > 0"
    # Rows of a log that was restored may share the id 0: they are all long past.
    return (
        "p.pos <= %s AND (m.xid = '0' OR NOT EXISTS (SELECT 1 FROM messaging_message o"
        " LEFT JOIN messaging_position q ON q.message_id = o.id"
        " WHERE o.xid = m.xid AND (q.pos IS NULL OR q.pos > %s)))"
    )


def _recorded_by(database: str, position: int) -> datetime | None:
    """This gives when the last message up to the position was recorded; None without one."""
    if connections[database].vendor == "postgresql":
        query = (
            "SELECT m.recorded_at FROM messaging_position p JOIN messaging_message m"
            " ON m.id = p.message_id WHERE p.pos <= %s ORDER BY p.pos DESC LIMIT 1"
        )
    else:
        query = "SELECT recorded_at FROM messaging_message WHERE id <= %s ORDER BY id DESC LIMIT 1"
    with connections[database].cursor() as cursor:
        cursor.execute(query, [position])
        row = cursor.fetchone()
    return as_datetime(row[0]) if row else None
