"""A fence: what must have happened before a rebuild can say that it has seen everything.

Positions alone do not tell: a transaction that began earlier may commit a message later. So
the fence takes the next transaction id of the log's database, and waits until every
transaction with a smaller one has ended, and all that they appended has its position.
"""

from django.db import connections

_TAKE = "SELECT pg_snapshot_xmin(s)::text, pg_snapshot_xmax(s)::text FROM pg_current_snapshot() s"

# Those of this database: others cannot append to its log, however long they take.
_OLDER = """
SELECT a.pid, coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::int,
       a.application_name
  FROM pg_snapshot_xip(pg_current_snapshot()) AS running (xid)
  JOIN pg_stat_activity a
    ON a.backend_xid::text::bigint = running.xid::text::bigint %% 4294967296
 WHERE running.xid < %s::xid8 AND a.datname = current_database() AND a.pid <> pg_backend_pid()
UNION ALL
SELECT 0, 0, 'prepared transaction ' || gid
  FROM pg_prepared_xacts WHERE database = current_database()
"""

_WITHOUT_POSITION = """
SELECT count(*) FROM messaging_message m LEFT JOIN messaging_position p ON p.message_id = m.id
 WHERE m.xid >= %s::xid8 AND m.xid < %s::xid8 AND p.pos IS NULL
"""


class Fence:
    """This is one log at the moment at which it was made."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._is_needed = connections[source].vendor == "postgresql"
        if self._is_needed:  # On SQLite writers take turns: none is older than another.
            with connections[source].cursor() as cursor:
                cursor.execute(_TAKE)
                self._xmin, self._xmax = cursor.fetchone()

    def blocking(self) -> list[str]:
        """This says what has not ended yet; nothing, once everything older has."""
        if not self._is_needed:
            return []
        with connections[self.source].cursor() as cursor:
            cursor.execute(_OLDER, [self._xmax])
            older = [
                f"a transaction of pid {pid} ({name or 'no name'}), {seconds} s old"
                for pid, seconds, name in cursor.fetchall()
            ]
            if older:
                return older
            cursor.execute(_WITHOUT_POSITION, [self._xmin, self._xmax])
            without = cursor.fetchone()[0]
        return [f"{without} messages that have no position yet"] if without else []
