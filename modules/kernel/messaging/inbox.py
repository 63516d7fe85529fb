"""The inbox: what makes a message that may come twice have its effect once.

For consumers that are fed from outside the log (a broker, an archive): the message's id
is written in the effect's transaction, and the second one finds it there. A consumer that
reads the log needs no inbox; its checkpoint says as much.

Source: "Idempotent Consumer", C. Richardson, "Microservices Patterns" (2018).
"""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from django.db import connections

from modules.kernel.messaging.dialect import now_sql

#: Ids are kept for so long at the least: brokers keep messages for two weeks. A duplicate that
#: comes later is taken for new.
KEPT = timedelta(days=30)

#: Ids forgotten in one statement: those of months would take longer than a statement may.
CHUNK = 2_000


class Outcome(StrEnum):
    """This tells a message that is new from one that was received before."""

    RECEIVED = "received"
    DUPLICATE = "duplicate"


def receive(database: str, consumer: str, message_id: uuid.UUID) -> Outcome:
    """This notes the message in the caller's transaction and says whether it is new."""
    identity = message_id.hex if connections[database].vendor == "sqlite" else message_id
    with connections[database].cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_inbox (consumer, message_id, received_at)"
            f" VALUES (%s, %s, {now_sql(database)}) ON CONFLICT (consumer, message_id) DO NOTHING",
            [consumer, identity],
        )
        return Outcome.RECEIVED if cursor.rowcount else Outcome.DUPLICATE


def receive_all(
    database: str, consumer: str, message_ids: Sequence[uuid.UUID]
) -> frozenset[uuid.UUID]:
    """This notes many messages in the caller's transaction and gives those that are new."""
    sqlite = connections[database].vendor == "sqlite"
    rows = ", ".join([f"(%s, %s, {now_sql(database)})"] * len(message_ids))
    values = [value for one in message_ids for value in (consumer, one.hex if sqlite else one)]
    with connections[database].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO messaging_inbox (consumer, message_id, received_at) VALUES {rows}"
            " ON CONFLICT (consumer, message_id) DO NOTHING RETURNING message_id",
            values,
        )
        found = [row[0] for row in cursor.fetchall()]
    return frozenset(one if isinstance(one, uuid.UUID) else uuid.UUID(one) for one in found)


def prune(database: str, *, older_than: timedelta) -> int:
    """This forgets ids received longer ago; a duplicate that comes later still is new again.

    Args:
        older_than: longer than any broker keeps or redelivers a message.
    """
    limit = now_sql(database, plus_seconds=-older_than.total_seconds())
    forgotten = 0
    with connections[database].cursor() as cursor:
        while True:
            cursor.execute(
                "DELETE FROM messaging_inbox WHERE id IN (SELECT id FROM messaging_inbox"
                f" WHERE received_at < {limit} ORDER BY received_at LIMIT %s)",
                [CHUNK],
            )
            forgotten += int(cursor.rowcount)
            if cursor.rowcount < CHUNK:
                return forgotten
