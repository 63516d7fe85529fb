"""Leases: which process delivers which partitions of a consumer, fenced by epochs.

A lease is a row of `messaging_partition`. Claiming raises its epoch; a commit that moves
the checkpoint names the epoch it was claimed with, and changes nothing once another has
claimed it since: a worker that was paused past its lease cannot commit. Time is the
database's.

Source: the fencing tokens of M. Kleppmann, "How to do distributed locking" (2016).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import connections, transaction

from modules.kernel.messaging.advancing import Advance, LeaseLost, Move
from modules.kernel.messaging.dialect import now_sql, skip_locked_sql
from modules.kernel.messaging.envelope import PARTITIONS
from modules.kernel.messaging.unit_of_work import present_work
from modules.kernel.messaging.writer_turn import writer_turn

#: For a day whoever was killed can be found by who looks for it; then its row, which each renewal
#: of the others would count, goes.
_REMEMBERED_SECONDS = 86_400.0


@dataclass(slots=True)
class Lease:
    """This is one partition held by this process.

    Attributes:
        cursor: how far it has been read; the checkpoint in the database may lie behind it
            by positions that hold nothing for this consumer.
        saved: the checkpoint in the database.
        suspect: its last owner died holding it: the message it died of may come next.
    """

    epoch: int
    cursor: int
    saved: int
    suspect: bool


class Leases:
    """These are the partitions of one consumer, on one log, that one worker holds."""

    def __init__(self, *, database: str, consumer: str, source: str, owner: str) -> None:
        self.database = database
        self.consumer = consumer
        self.source = source
        self.owner = owner
        #: How long this process may be silent before others take its partitions.
        self.seconds: float = settings.QUARRY_LEASE_SECONDS
        self.held: dict[int, Lease] = {}

    def renew(self) -> set[int]:
        """This renews what is held, takes what is free, gives up what is over the fair share.

        Returns:
            The partitions that were gained.
        """
        with writer_turn(self.database), transaction.atomic(using=self.database):
            share = self._announce()
            self._save_cursors()
            self._give_up(sorted(self.held)[share:])
            return self._claim(share - len(self.held))

    def advance(self, positions: Mapping[int, int]) -> None:
        """This moves checkpoints forward, by partition, at the end of the open unit of work.

        It ends with `LeaseLost` where one of the partitions was claimed by another since, or is
        past its position already, because a commit that seemed to fail had gone through.
        """
        if positions:
            present_work().put_off(Advance, Advance).add(
                Move(self.consumer, self.source, part, self.held[part].epoch, position)
                for part, position in positions.items()
            )

    def advanced(self, positions: Mapping[int, int]) -> None:
        """This notes, after the commit, what `advance` has saved."""
        for part, position in positions.items():
            lease = self.held[part]
            lease.saved = position
            lease.cursor = max(lease.cursor, position)

    def fence(self, part: int) -> None:
        """This refuses the present transaction unless the partition is still ours.

        Raises:
            LeaseLost: it is not.
        """
        if part not in self.held:
            raise LeaseLost(f"{self.consumer}: partition {part}")
        with connections[self.database].cursor() as cursor:
            # Written, not only read: it must wait for, and clash with, a claim under way.
            cursor.execute(
                "UPDATE messaging_partition SET checkpoint = checkpoint"
                " WHERE consumer = %s AND source = %s AND part = %s AND epoch = %s",
                [self.consumer, self.source, part, self.held[part].epoch],
            )
            if cursor.rowcount != 1:
                raise LeaseLost(f"{self.consumer}: partition {part}")

    def prolong(self) -> None:
        """This lets the leases last while a handler is busy; another thread may call it."""
        if connections[self.database].vendor == "sqlite":
            return  # The handler's transaction has the turn to write; nobody can claim either.
        until = now_sql(self.database, plus_seconds=self.seconds)
        with connections[self.database].cursor() as cursor:
            # Locked rows are passed over: waiting for the handler's own commit, it could
            # come to a deadlock with that.
            cursor.execute(
                f"UPDATE messaging_partition SET lease_until = {until} WHERE id IN ("
                "SELECT id FROM messaging_partition WHERE consumer = %s AND source = %s"
                f" AND owner = %s AND lease_until > {now_sql(self.database)}"
                f" {skip_locked_sql(self.database)})",
                [self.consumer, self.source, self.owner],
            )

    def release(self) -> None:
        """This gives everything up in good order, so that others need not wait it out."""
        with writer_turn(self.database), transaction.atomic(using=self.database):
            self._save_cursors()
            self._give_up(list(self.held))
            with connections[self.database].cursor() as cursor:
                cursor.execute(
                    "DELETE FROM messaging_worker WHERE consumer = %s AND source = %s"
                    " AND owner = %s",
                    [self.consumer, self.source, self.owner],
                )

    def forget(self) -> None:
        """This drops what is held without a word to the database, after a lease was lost."""
        self.held.clear()

    def _announce(self) -> int:
        """This says that we are here, and gives our fair share of the partitions."""
        now = now_sql(self.database)
        until = now_sql(self.database, plus_seconds=self.seconds)
        long_ago = now_sql(self.database, plus_seconds=-_REMEMBERED_SECONDS)
        with connections[self.database].cursor() as cursor:
            cursor.execute(
                "INSERT INTO messaging_worker (consumer, source, owner, seen_until)"
                f" VALUES (%s, %s, %s, {until})"
                " ON CONFLICT (consumer, source, owner) DO UPDATE SET"
                " seen_until = excluded.seen_until",
                [self.consumer, self.source, self.owner],
            )
            cursor.execute(
                f"SELECT count(*) FILTER (WHERE seen_until > {now}),"
                f" count(*) FILTER (WHERE seen_until <= {long_ago})"
                " FROM messaging_worker WHERE consumer = %s AND source = %s",
                [self.consumer, self.source],
            )
            present, long_dead = cursor.fetchone()
            if long_dead:
                # Locked rows are passed over: two that come back at once after so long would wait
                # for each other's.
                cursor.execute(
                    "DELETE FROM messaging_worker WHERE id IN (SELECT id FROM messaging_worker"
                    " WHERE consumer = %s AND source = %s"
                    f" AND seen_until <= {long_ago} {skip_locked_sql(self.database)})",
                    [self.consumer, self.source],
                )
        return -(-PARTITIONS // max(int(present), 1))

    def _save_cursors(self) -> None:
        """This renews the leases and saves how far idle partitions have been read."""
        if not self.held:
            return
        rows = ", ".join(
            f"({part}, {lease.epoch}, {lease.cursor})" for part, lease in self.held.items()
        )
        until = now_sql(self.database, plus_seconds=self.seconds)
        with connections[self.database].cursor() as cursor:
            cursor.execute(
                f"WITH mine (part, epoch, position) AS (VALUES {rows})"
                f" UPDATE messaging_partition SET checkpoint = mine.position, lease_until = {until}"
                " FROM mine WHERE messaging_partition.part = mine.part"
                " AND messaging_partition.epoch = mine.epoch AND consumer = %s AND source = %s"
                " RETURNING messaging_partition.part",
                [self.consumer, self.source],
            )
            kept = {row[0] for row in cursor.fetchall()}
        self.held = {part: lease for part, lease in self.held.items() if part in kept}
        for lease in self.held.values():
            lease.saved = lease.cursor

    def _give_up(self, parts: Iterable[int]) -> None:
        given = [(part, self.held.pop(part).epoch) for part in parts]
        if not given:
            return
        rows = ", ".join(f"({part}, {epoch})" for part, epoch in given)
        with connections[self.database].cursor() as cursor:
            cursor.execute(
                f"WITH mine (part, epoch) AS (VALUES {rows})"
                " UPDATE messaging_partition SET owner = '',"
                f" lease_until = {now_sql(self.database)}, epoch = messaging_partition.epoch + 1"
                " FROM mine WHERE messaging_partition.part = mine.part"
                " AND messaging_partition.epoch = mine.epoch AND consumer = %s AND source = %s",
                [self.consumer, self.source],
            )

    def _claim(self, share: int) -> set[int]:
        if share <= 0:
            return set()
        now = now_sql(self.database)
        until = now_sql(self.database, plus_seconds=self.seconds)
        held = ", ".join(map(str, self.held)) or "-1"
        with connections[self.database].cursor() as cursor:
            # Also what is ours and we know nothing of: this thread held it before it began anew,
            # or forgot it with one that was lost. The epoch ends what it may still be at there.
            cursor.execute(
                "SELECT id, owner FROM messaging_partition WHERE consumer = %s AND source = %s"
                f" AND (lease_until <= {now} OR (owner = %s AND part NOT IN ({held})))"
                f" ORDER BY part LIMIT %s {skip_locked_sql(self.database)}",
                [self.consumer, self.source, self.owner, share],
            )
            free = dict(cursor.fetchall())
            if not free:
                return set()
            cursor.execute(
                "UPDATE messaging_partition SET owner = %s, epoch = epoch + 1,"
                f" lease_until = {until} WHERE id IN ({', '.join(map(str, free))})"
                " RETURNING id, part, epoch, checkpoint",
                [self.owner],
            )
            gained = cursor.fetchall()
        for identity, part, epoch, checkpoint in gained:
            # An owner who left in good order has wiped its name.
            abandoned = free[identity] not in ("", self.owner)
            self.held[part] = Lease(epoch, checkpoint, checkpoint, suspect=abandoned)
        return {row[1] for row in gained}


def make_partitions(*, database: str, consumer: str, source: str, start: int) -> None:
    """This makes the consumer's partitions where they are missing.

    Args:
        start: the position after which a new consumer begins.
    """
    with connections[database].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM messaging_partition WHERE consumer = %s AND source = %s",
            [consumer, source],
        )
        if cursor.fetchone()[0] == PARTITIONS:
            return
    rows = ", ".join(
        f"(%s, %s, {part}, '', 0, {now_sql(database)}, {start})" for part in range(PARTITIONS)
    )
    with (
        writer_turn(database),
        transaction.atomic(using=database),
        connections[database].cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO messaging_partition"
            " (consumer, source, part, owner, epoch, lease_until, checkpoint)"
            f" VALUES {rows} ON CONFLICT (consumer, source, part) DO NOTHING",
            [consumer, source] * PARTITIONS,
        )
