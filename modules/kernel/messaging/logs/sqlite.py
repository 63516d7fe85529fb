"""The log on SQLite: writers take turns, so the order of ids is the order of commits."""

from collections.abc import Sequence
from typing import Any

from django.db import connections, transaction

from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.envelope import PARTITIONS, Envelope
from modules.kernel.messaging.logs.port import COLUMNS, SCAN_LIMIT
from modules.kernel.messaging.logs.rows import envelope_of
from modules.kernel.messaging.writer_turn import writer_turn
from modules.kernel.placements import modules_at_rest


class SqliteLog:
    """This is the log in a SQLite database; a message's id is its position."""

    def __init__(self, database: str) -> None:
        self.database = database
        self._seen = 0
        self.ticked_names: frozenset[str] | None = None
        self.ticked: Sequence[Envelope] | None = None

    def head(self) -> int:
        with connections[self.database].cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM messaging_message")
            head: int = cursor.fetchone()[0]
        return head

    def read(
        self,
        *,
        after: int,
        names: Sequence[str] | None,
        parts: Sequence[int] | None,
        limit: int,
    ) -> tuple[list[Envelope], int]:
        until = min(self.head(), after + SCAN_LIMIT)
        if until <= after:
            return [], after
        query = f"SELECT m.id, {COLUMNS} FROM messaging_message m WHERE m.id > %s AND m.id <= %s"
        values: list[Any] = [after, until]
        if names is not None:
            query += f" AND m.name IN ({', '.join(['%s'] * len(names)) or 'NULL'})"
            values += names
        if parts is not None and len(parts) < PARTITIONS:
            query += f" AND m.part IN ({', '.join(map(str, parts))})"
        with connections[self.database].cursor() as cursor:
            cursor.execute(query + f" ORDER BY m.id LIMIT {limit}", values)
            found = [envelope_of(row) for row in cursor.fetchall()]
        return found, found[-1].position if len(found) == limit else until

    def names(self, *, after: int, until: int) -> set[str]:
        with connections[self.database].cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT name FROM messaging_message WHERE id > %s AND id <= %s",
                [after, until],
            )
            return {row[0] for row in cursor.fetchall()}

    def lead(self) -> bool:
        return True

    def tick(self) -> int:
        self._append_due()
        head = self.head()
        # `max(id)` falls when a test empties the tables: that is no news.
        before, self._seen = min(self._seen, head), head
        if before < head:
            # All names of a long log, which the first tick would give, take long to find.
            known = head - before <= SCAN_LIMIT
            names = self.names(after=before, until=head) if known else ()
            self.ticked_names = frozenset(names) or None
        return head - before

    def resign(self) -> None:
        """There is nothing to give up: any number of processes may append what is due."""

    def _append_due(self) -> None:
        due = f"due_at <= {now_sql(self.database)}"
        if resting := modules_at_rest():
            due += f" AND source NOT IN ({', '.join(['%s'] * len(resting))})"
        with connections[self.database].cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM messaging_scheduled WHERE {due} LIMIT 1", resting)
            if cursor.fetchone() is None:  # Looked up first: a write would take the writers' turn.
                return
        with (
            writer_turn(self.database),
            transaction.atomic(using=self.database),
            connections[self.database].cursor() as cursor,
        ):
            cursor.execute(
                f"SELECT id FROM messaging_scheduled WHERE {due} ORDER BY due_at, id LIMIT 500",
                resting,
            )
            ids = ", ".join(str(row[0]) for row in cursor.fetchall()) or "NULL"
            cursor.execute(
                "INSERT INTO messaging_message (message_id, source, name, schema_version, key,"
                " part, data, headers) SELECT message_id, source, name, schema_version, key,"
                f" part, data, headers FROM messaging_scheduled WHERE id IN ({ids})"
                " ORDER BY due_at, id ON CONFLICT (message_id) DO NOTHING"
            )
            cursor.execute(f"DELETE FROM messaging_scheduled WHERE id IN ({ids})")
