"""Moving checkpoints forward with the effects of what was delivered, fenced by epochs.

Called by `leases`, written with all else at the end of a unit of work. PostgreSQL is told of the
commit in the same breath, so it is itself that must refuse it when a lease was lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from modules.kernel.messaging.arrays import array_of
from modules.kernel.messaging.prepared import prepared_cursor

_LOST = "the lease was lost of one among partitions"

# A text that is no number: the one way to fail with words of our own outside a stored procedure.
_ADVANCE = """
WITH moved AS (
    UPDATE messaging_partition AS one SET checkpoint = new.position
      FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) AS new (part, epoch, position)
     WHERE one.consumer = %s::text AND one.source = %s::text AND one.part = new.part
       AND one.epoch = new.epoch AND one.checkpoint < new.position RETURNING 1)
SELECT CASE WHEN n = %s::int THEN 0 ELSE (%s::text || n)::int END
  FROM (SELECT count(*) AS n FROM moved) AS counted
"""
_ADVANCE_ONE = (
    "UPDATE messaging_partition SET checkpoint = %s WHERE consumer = %s AND source = %s"
    " AND part = %s AND epoch = %s AND checkpoint < %s"
)


class LeaseLost(Exception):
    """This says that another process delivers the partition now; all of the batch rolls back."""


@dataclass(frozen=True, slots=True)
class Move:
    """This is where one partition's checkpoint is to stand, and under which epoch."""

    consumer: str
    source: str
    part: int
    epoch: int
    position: int


class Advance:
    """These are the checkpoints that a unit of work moves, at its end."""

    def __init__(self) -> None:
        self.moves: list[Move] = []

    def add(self, moves: Iterable[Move]) -> None:
        """This adds partitions of one consumer on one log."""
        self.moves += moves

    def write(self, connection: BaseDatabaseWrapper) -> None:
        """This moves them. Raises: LeaseLost, where the database is waited for."""
        if connection.vendor != "postgresql":
            self._write_singly(connection)
            return
        moves = self.moves
        parts = array_of(one.part for one in moves)
        with prepared_cursor(connection) as cursor:
            cursor.execute(
                _ADVANCE,
                [
                    parts,
                    array_of(one.epoch for one in moves),
                    array_of(one.position for one in moves),
                    moves[0].consumer,
                    moves[0].source,
                    len(moves),
                    f"{moves[0].consumer}: {_LOST} {parts}, moved: ",
                ],
            )

    def meaning_of(self, error: Exception) -> Exception | None:
        """This gives `LeaseLost` for what PostgreSQL says then."""
        return LeaseLost(str(error)) if _LOST in str(error) else None

    def mark(self) -> object:
        """This remembers what is to be moved now, for `back`."""
        return len(self.moves)

    def back(self, mark: int) -> None:
        """This takes back what was added since."""
        del self.moves[mark:]

    def _write_singly(self, connection: BaseDatabaseWrapper) -> None:
        with connection.cursor() as cursor:
            for one in self.moves:
                to, name = one.position, (one.consumer, one.source, one.part, one.epoch)
                cursor.execute(_ADVANCE_ONE, [to, *name, to])
                if cursor.rowcount != 1:
                    raise LeaseLost(f"{one.consumer}: {_LOST} {one.part}")
