"""Messages beyond a consumer's checkpoint that have had their effect already.

A consumer goes through its log in order, and its checkpoint says it all. When a module comes back
from another deployable, what was delivered there is in general no beginning of the log here: the
same messages lie in another order. So those that were delivered beyond the checkpoint are noted by
who brings the module back, and passed over once. Keeps P3.
"""

from collections.abc import Collection, Mapping

from django.db import connections


class HandledAhead:
    """These are such messages of one consumer of one log, in the partitions that one worker holds.

    False when there are none, which is nearly always: then they cost nothing.
    """

    def __init__(self, *, database: str, consumer: str, source: str) -> None:
        self._database = database
        self._consumer = consumer
        self._source = source
        self._parts: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self._parts)

    def __contains__(self, position: int) -> bool:
        return position in self._parts

    def load(self, parts: Collection[int]) -> None:
        """This reads those of partitions that were gained, and forgets what it knew of these."""
        # A partition that was lost and gained at once may have been replayed meanwhile.
        self._parts = {pos: part for pos, part in self._parts.items() if part not in parts}
        numbers = ", ".join(map(str, parts)) or "NULL"
        with connections[self._database].cursor() as cursor:
            cursor.execute(
                "SELECT pos, part FROM messaging_handled WHERE consumer = %s AND source = %s"
                f" AND part IN ({numbers})",
                [self._consumer, self._source],
            )
            self._parts |= dict(cursor.fetchall())

    def passed(self, checkpoints: Mapping[int, int]) -> None:
        """This forgets what checkpoints have passed, and what is in partitions that were lost.

        Args:
            checkpoints: as they are committed, by the partitions that are held.
        """
        behind = [pos for pos, part in self._parts.items() if pos <= checkpoints.get(part, -1)]
        if behind:
            with connections[self._database].cursor() as cursor:
                cursor.execute(
                    "DELETE FROM messaging_handled WHERE consumer = %s AND source = %s"
                    f" AND pos IN ({', '.join(map(str, behind))})",
                    [self._consumer, self._source],
                )
        gone = set(behind)
        self._parts = {
            pos: part
            for pos, part in self._parts.items()
            if part in checkpoints and pos not in gone
        }
