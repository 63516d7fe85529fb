"""Messages set aside: one that failed, and the later ones of its key behind it.

A failing message never blocks another key. It is put aside with an attempt counted
before its handler runs, so that a message that kills the process is counted too; later
messages of its key wait behind it in order; after the last attempt it is parked for an
operator. Keeps P4.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connections

from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.subscriptions import RetryPolicy

#: Characters of an error that are kept: its beginning and its end, where it is longer.
ERROR_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Held:
    """This is a message set aside whose turn has come.

    Attributes:
        attempts: how many times its handler has been started.
        is_harmless: the process has not died of it: it only waits, or its last attempt has ended.
    """

    position: int
    key: str
    part: int
    name: str
    attempts: int
    is_harmless: bool


class SetAsides:
    """These are the messages set aside by one consumer of one log.

    Every method runs inside the caller's transaction.
    """

    def __init__(self, *, database: str, consumer: str, source: str) -> None:
        self.database = database
        self.consumer = consumer
        self.source = source

    def keys(self, parts: Iterable[int]) -> set[str]:
        """This gives the keys that have something set aside in these partitions."""
        with connections[self.database].cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT key FROM messaging_setaside WHERE consumer = %s AND source = %s"
                f" AND part IN ({_numbers(parts)})",
                [self.consumer, self.source],
            )
            return {row[0] for row in cursor.fetchall()}

    def put(self, envelope: Envelope, *, attempts: int, wait_seconds: float) -> None:
        """This sets a message aside: retrying if it has attempts, else waiting behind its key."""
        due = now_sql(self.database, plus_seconds=wait_seconds)
        vendor_id = (
            envelope.message_id.hex
            if connections[self.database].vendor == "sqlite"
            else envelope.message_id
        )
        with connections[self.database].cursor() as cursor:
            cursor.execute(
                "INSERT INTO messaging_setaside (consumer, source, pos, message_id, name, key,"
                f" part, state, attempts, due_at, error) VALUES (%s, %s, %s, %s, %s, %s, %s, %s,"
                f" %s, {due}, '') ON CONFLICT (consumer, source, pos) DO NOTHING",
                [
                    self.consumer,
                    self.source,
                    envelope.position,
                    vendor_id,
                    envelope.name,
                    envelope.key,
                    envelope.partition,
                    "retrying" if attempts else "waiting",
                    attempts,
                ],
            )

    def count_attempt(self, position: int, *, wait_seconds: float, forget: bool = False) -> None:
        """This counts an attempt, due again after `wait_seconds` should we die in it.

        Args:
            forget: what the last one said, so that one of which we die is known by its silence.
        """
        self._update(
            position,
            "state = 'retrying', attempts = attempts + 1,"
            + ("error = ''," if forget else "")
            + f"due_at = {now_sql(self.database, plus_seconds=wait_seconds)}",
        )

    def uncount_attempt(self, position: int) -> None:
        """This takes an attempt back that could not be made; when it is due again stays."""
        self._update(position, "attempts = attempts - 1")

    def failed(self, position: int, error: str) -> None:
        """This keeps what the last attempt said."""
        self._update(position, "error = %s", _storable(error))

    def park(self, position: int, error: str) -> None:
        """This leaves the message, and its key, to an operator."""
        self._update(position, "state = 'parked', error = %s", _storable(error))

    def remove(self, position: int) -> None:
        """This takes a message that was dealt with out."""
        with connections[self.database].cursor() as cursor:
            cursor.execute(
                "DELETE FROM messaging_setaside WHERE consumer = %s AND source = %s AND pos = %s",
                [self.consumer, self.source, position],
            )

    def due(self, parts: Sequence[int], *, limit: int) -> list[Held]:
        """This gives the first message of each key whose turn has come, oldest first."""
        with connections[self.database].cursor() as cursor:
            cursor.execute(
                "SELECT a.pos, a.key, a.part, a.name, a.attempts,"
                " a.state = 'waiting' OR (a.attempts > 0 AND a.error <> '')"
                " FROM messaging_setaside a WHERE a.consumer = %s AND a.source = %s"
                f" AND a.state <> 'parked' AND a.part IN ({_numbers(parts)})"
                f" AND a.due_at <= {now_sql(self.database)}"
                " AND NOT EXISTS (SELECT 1 FROM messaging_setaside b WHERE b.consumer ="
                " a.consumer AND b.source = a.source AND b.key = a.key AND b.pos < a.pos)"
                f" ORDER BY a.pos LIMIT {limit}",
                [self.consumer, self.source],
            )
            return [Held(*row) for row in cursor.fetchall()]

    def _update(self, position: int, assignment: str, *values: str) -> None:
        with connections[self.database].cursor() as cursor:
            cursor.execute(
                f"UPDATE messaging_setaside SET {assignment}"
                " WHERE consumer = %s AND source = %s AND pos = %s",
                [*values, self.consumer, self.source, position],
            )


def delay_seconds(policy: RetryPolicy, *, attempts: int, chance: random.Random) -> float:
    """This gives the wait before the next attempt: exponential, capped, with jitter.

    Args:
        attempts: how many have been made, from 1.
        chance: where the jitter comes from.

    Source: M. Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).
    """
    longest = policy.longest.total_seconds()
    whole = min(policy.first.total_seconds() * 2.0 ** min(attempts - 1, 60), longest)
    return whole / 2 + chance.uniform(0, whole / 2)


def _storable(error: str) -> str:
    """This gives an error as any database takes it, and no longer than an operator reads.

    What a provider said may be in it, and a text that is refused here would end the consumer.
    """
    text = error.encode(errors="backslashreplace").decode().replace("\0", r"\x00")
    if len(text) <= ERROR_LIMIT:
        return text
    cut = "\n[…]\n"
    half = (ERROR_LIMIT - len(cut)) // 2
    return text[:half] + cut + text[-half:]


def _numbers(parts: Iterable[int]) -> str:
    return ", ".join(map(str, parts)) or "NULL"
