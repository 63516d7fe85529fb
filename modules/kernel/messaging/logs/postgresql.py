"""The log on PostgreSQL: positions without gaps, in commit order per key, no writer waiting.

A serial number is not commit order: a reader that polls ``id > last`` passes over the
row of a transaction that began earlier and commits later. Here one process, the leader,
gives positions. In each tick it takes the rows that are visible in this tick's snapshot
and were not in the last one's, in the order of their ids. Inside a stream, or under a row
lock, the earlier message committed before the later one was inserted: it has the smaller
id, and an equal or an earlier tick.

Keeps P3. Source: PostgreSQL manual, "Transaction ID and Snapshot Information Functions".
"""

import itertools
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.utils import DataError, IntegrityError

from modules.kernel.messaging.envelope import PARTITIONS, Envelope
from modules.kernel.messaging.logs.port import COLUMNS, SCAN_LIMIT, LeadershipLost
from modules.kernel.messaging.logs.rows import envelope_of
from modules.kernel.messaging.prepared import prepared_cursor
from modules.kernel.placements import modules_at_rest

#: Key of the advisory lock that the leader holds, in each database.
LEADER_LOCK = 0x71756172  # "quar"

#: Channel on which a tick that found something says so, and of which messages.
CHANNEL = "quarry_log"

#: PostgreSQL refuses a payload of 8,000 bytes; what does not fit is left open.
PAYLOAD_LIMIT = 7_900

#: Rows of a tick that are shown to who ticks; of more, only how many.
SHOWN_LIMIT = 500

#: Rows one tick takes at the most; the rest of its snapshot is taken by the next ones.
TICK_LIMIT = 5_000

# Prepared, so the planner sees no bounds. `PLANNING` leaves it the indexes; `id + 0` and the
# MATERIALIZED around it leave, of these, the one on xid, which finds the few rows in a log of
# millions: it would go through all ids, in their order, to be spared a sort. And LIMIT 1 keeps it
# from joining whole tables. UNION ALL, not OR: an OR over the two cases is planned as a scan.
# The division refuses the whole statement when the sequencer's row did not move with the
# rows that were put: another leader has raised the epoch meanwhile.
# The commit is not waited for: docs/decisions/0029 says why that is safe.
_TICK = f"""
WITH cur AS MATERIALIZED (
    SELECT coalesce(%(target)s::text::pg_snapshot, pg_current_snapshot()) AS snap,
           set_config('synchronous_commit', 'off', true)),
fresh AS MATERIALIZED (
    SELECT m.id FROM messaging_message m, cur
     WHERE m.xid >= %(xmax)s::text::xid8 AND m.id + 0 > %(done_id)s::bigint
       AND pg_visible_in_snapshot(m.xid, cur.snap)
    UNION ALL
    SELECT m.id FROM messaging_message m, cur
     WHERE m.xid = ANY (%(xip)s::text[]::xid8[]) AND m.id + 0 > %(done_id)s::bigint
       AND pg_visible_in_snapshot(m.xid, cur.snap)),
given AS MATERIALIZED (
    SELECT %(pos)s::bigint + row_number() OVER (ORDER BY id) AS pos, id
      FROM fresh ORDER BY id LIMIT %(limit)s::bigint),
taken AS MATERIALIZED (
    SELECT g.pos, m.* FROM given g CROSS JOIN LATERAL (
        SELECT {COLUMNS}, m.id FROM messaging_message m WHERE m.id = g.id LIMIT 1) m),
put AS (
    INSERT INTO messaging_position (pos, message_id)
    SELECT pos, id FROM given RETURNING message_id),
total AS (SELECT count(*) AS n, coalesce(max(message_id), 0) AS last_id FROM put),
said AS (SELECT string_agg(DISTINCT name, ' ') AS names FROM taken),
moved AS (
    UPDATE messaging_sequencer s SET pos = s.pos + total.n,
        last_snapshot = CASE WHEN total.n < %(limit)s::bigint
            THEN cur.snap::text ELSE s.last_snapshot END,
        target_snapshot = CASE WHEN total.n < %(limit)s::bigint THEN NULL ELSE cur.snap::text END,
        done_id = CASE WHEN total.n < %(limit)s::bigint THEN 0 ELSE total.last_id END
      FROM cur, total
     WHERE s.id = 1 AND s.epoch = %(epoch)s::bigint AND s.pos = %(pos)s::bigint
       AND (total.n > 0 OR %(target)s::text IS NOT NULL)
 RETURNING s.pos),
told AS (
    SELECT total.n, total.last_id, cur.snap::text, said.names,
           CASE WHEN total.n > 0 THEN total.n / (SELECT count(*) FROM moved) END,
           CASE WHEN total.n > 0 THEN pg_notify(%(channel)s, CASE
               WHEN length(said.names) < {PAYLOAD_LIMIT} THEN said.names ELSE '' END) END
      FROM total, cur, said)
SELECT told.*, m.* FROM told LEFT JOIN taken m ON told.n <= {SHOWN_LIMIT} ORDER BY m.pos
"""

# For the leader's statements: through the indexes, whatever the planner guesses of bounds that it
# does not see, and without compiling what runs for a millisecond.
PLANNING = {
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}

# Of a process that is stopped, or whose machine is gone, the session lives on, and with it the
# lock: nobody else could lead. But a leader looks every few milliseconds, so PostgreSQL can tell.
SILENCE = ("idle_session_timeout", "idle_in_transaction_session_timeout")

# Whether a tick would find anything, which it mostly does not: this costs a tenth of it. It is
# prepared, so the planner does not see the bounds: where it could, it took a scan of all ids for
# a transaction that holds none. ORDER BY xid, with bounds and not equality, leaves it only the
# index on xid. And not `due_at <= now`: the oldest one tells, however many there are.
_LOOK = """
SELECT (SELECT m.id FROM messaging_message m WHERE m.xid >= %s::xid8 ORDER BY m.xid LIMIT 1)
           IS NOT NULL
    OR (SELECT m.id FROM unnest(%s::xid8[]) AS running (xid) CROSS JOIN LATERAL (
            SELECT id FROM messaging_message WHERE xid BETWEEN running.xid AND running.xid
             ORDER BY xid LIMIT 1) m LIMIT 1)
           IS NOT NULL,
       (SELECT due_at FROM messaging_scheduled WHERE source <> ALL(%s) ORDER BY due_at LIMIT 1)
           <= clock_timestamp()
"""


#: Columns of `_TICK` before those of a message.
_TOLD = 6


# A commit that is waited for, and with it all before it. It leaves nothing but these bytes.
_SETTLE = "SELECT pg_logical_emit_message(true, 'quarry', '')"


class PostgresqlLog:
    """This is the log in a PostgreSQL database."""

    def __init__(self, database: str, *, settles: bool = True) -> None:
        """
        Args:
            settles: positions are made to last before they are told of.
        """
        self.database = database
        self._settles = settles
        self._settled = 0
        self._leading: _Progress | None = None
        self.ticked_names: frozenset[str] | None = None
        self.ticked: Sequence[Envelope] | None = None

    def head(self) -> int:
        with self._cursor() as cursor:
            cursor.execute("SELECT pos FROM messaging_sequencer")
            row = cursor.fetchone()
            position = int(row[0]) if row else 0
            if self._settles and position > self._settled:
                cursor.execute(_SETTLE)
                self._settled = position
        return position

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
        # Row by row, in the order of positions, until there are enough: LIMIT 1 keeps the planner
        # from joining whole tables, which it does in a log that grew since its last ANALYZE.
        chosen = "m.id = p.message_id"
        values: list[Any] = []
        if names is not None:
            chosen += " AND m.name = ANY (%s)"
            values.append(list(names))
        if parts is not None and len(parts) < PARTITIONS:
            chosen += f" AND m.part IN ({', '.join(map(str, parts))})"
        query = (
            f"SELECT p.pos, m.* FROM messaging_position p CROSS JOIN LATERAL (SELECT {COLUMNS}"
            f" FROM messaging_message m WHERE {chosen} LIMIT 1) m"
            " WHERE p.pos > %s AND p.pos <= %s"
        )
        values += [after, until]
        with self._cursor() as cursor:
            cursor.execute(query + f" ORDER BY p.pos LIMIT {limit}", values)
            found = [envelope_of(row) for row in cursor.fetchall()]
        return found, found[-1].position if len(found) == limit else until

    def names(self, *, after: int, until: int) -> set[str]:
        with self._cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT m.name FROM messaging_position p"
                " JOIN messaging_message m ON m.id = p.message_id"
                " WHERE p.pos > %s AND p.pos <= %s",
                [after, until],
            )
            return {row[0] for row in cursor.fetchall()}

    def lead(self) -> bool:
        if self._leading is not None:
            return True
        with self._cursor() as cursor:
            # One statement: who is stopped after it has the lock, and has said what ends that.
            said = leading_session()
            told = ", ".join(["set_config(%s, %s, false)"] * len(said))
            cursor.execute(
                f"SELECT CASE WHEN pg_try_advisory_lock(%s) THEN ARRAY[{told}] END",
                [LEADER_LOCK, *itertools.chain.from_iterable(said.items())],
            )
            if cursor.fetchone()[0] is None:
                return False
            # It may have followed: each tick would tell it of itself, and nobody reads that.
            cursor.execute(f"UNLISTEN {CHANNEL}")
            self._leading = _take_over(cursor, self.database)
        return True

    def tick(self) -> int:
        if self._leading is None:
            raise LeadershipLost(f"the log in {self.database} is not led from here")
        with self._cursor() as cursor:
            if self._leading.target is None:
                found, due = self._look(self._leading)
                if due:
                    self._append_due(cursor)
                elif not found:
                    return 0
            rows = self._tick(self._leading)
        given, last_id, snapshot, names = rows[0][:4]
        self.ticked_names = frozenset(names.split()) if names else None
        shown = [envelope_of(row[_TOLD:]) for row in rows] if 0 < given <= SHOWN_LIMIT else []
        self.ticked = shown if len(shown) == given else None
        self._leading.moved(given, last_id, snapshot)
        return int(given)

    def resign(self) -> None:
        if self._leading is not None:
            self._leading = None
            with self._cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LEADER_LOCK])
                for name in leading_session():
                    cursor.execute(f"RESET {name}")

    def _tick(self, leading: "_Progress") -> list[tuple[Any, ...]]:
        try:
            with prepared_cursor(connections[self.database]) as cursor:
                cursor.execute(_TICK, leading.parameters())
                return cursor.fetchall()
        except (DataError, IntegrityError) as error:
            # The epoch has moved on, or a position was given by another leader already.
            self._leading = None
            raise LeadershipLost(f"another process leads the log in {self.database}") from error

    def _look(self, leading: "_Progress") -> tuple[bool, bool | None]:
        """This tells whether there are rows for a tick to take, and messages that are due."""
        parameters = leading.parameters()
        with prepared_cursor(connections[self.database]) as cursor:
            cursor.execute(_LOOK, [parameters["xmax"], parameters["xip"], list(modules_at_rest())])
            found, due = cursor.fetchone() or (True, True)
        return found, due

    def _append_due(self, cursor: CursorWrapper) -> None:
        # The time of the statement, not the clock: what may differ from row to row is compared
        # with every row, and no index helps.
        cursor.execute(
            "WITH due AS (DELETE FROM messaging_scheduled WHERE id = ANY(ARRAY(SELECT id FROM"
            " messaging_scheduled WHERE due_at <= statement_timestamp() AND source <> ALL(%s)"
            " ORDER BY due_at, id LIMIT 500 FOR UPDATE SKIP LOCKED)) RETURNING *)"
            " INSERT INTO messaging_message (message_id, source, name, schema_version, key, part,"
            " data, headers) SELECT message_id, source, name, schema_version, key, part, data,"
            " headers FROM due ORDER BY due_at, id ON CONFLICT (message_id) DO NOTHING",
            [list(modules_at_rest())],
        )

    def _cursor(self) -> CursorWrapper:
        return connections[self.database].cursor()


def leading_session() -> dict[str, str]:
    """This gives what a session is told when it begins to lead, and forgets afterwards."""
    silence_ms = str(int(settings.QUARRY_LEASE_SECONDS * 1000))
    return {**PLANNING, **dict.fromkeys(SILENCE, silence_ms)}


class _Progress:
    """This is how far the leader is; it alone moves the row, so it need not read it again."""

    def __init__(
        self, *, epoch: int, pos: int, last: str, target: str | None, done_id: int
    ) -> None:
        self.epoch = epoch
        self.pos = pos
        self.last = last
        self.target = target
        self.done_id = done_id

    def parameters(self) -> dict[str, Any]:
        _, xmax, xip = self.last.split(":")
        return {
            "xmax": xmax,
            "xip": xip.split(",") if xip else [],
            "target": self.target,
            "done_id": self.done_id,
            "limit": TICK_LIMIT,
            "epoch": self.epoch,
            "pos": self.pos,
            "channel": CHANNEL,
        }

    def moved(self, given: int, last_id: int, snapshot: str) -> None:
        self.pos += given
        if given == TICK_LIMIT:
            # The last snapshot may only advance once this one is worked off.
            self.target, self.done_id = snapshot, last_id
        elif given or self.target:
            self.last, self.target, self.done_id = snapshot, None, 0


def _take_over(cursor: CursorWrapper, database: str) -> _Progress:
    cursor.execute("SELECT system_identifier::text FROM pg_control_system()")
    cluster = cursor.fetchone()[0]
    # Before any transaction of ours has an id: what it sees is settled, all else comes after.
    cursor.execute("SELECT pg_current_snapshot()::text")
    settled = cursor.fetchone()[0]
    with transaction.atomic(using=database):
        cursor.execute(
            "INSERT INTO messaging_sequencer (id, pos, last_snapshot, done_id, epoch, cluster)"
            " VALUES (1, 0, '1:1:', 0, 0, %s) ON CONFLICT DO NOTHING",
            [cluster],
        )
        cursor.execute(
            "UPDATE messaging_sequencer SET epoch = epoch + 1"
            " RETURNING epoch, pos, last_snapshot, target_snapshot, done_id, cluster"
        )
        epoch, pos, last, target, done_id, known_cluster = cursor.fetchone()
        if known_cluster != cluster:
            _stamp_anew(cursor, settled, cluster)
            last, target, done_id = settled, None, 0
    return _Progress(epoch=epoch, pos=pos, last=last, target=target, done_id=done_id)


def _stamp_anew(cursor: CursorWrapper, settled: str, cluster: str) -> None:
    """This mends a log that was restored into another cluster, where its xids mean nothing.

    Rows without a position get the present transaction's id, so that the next tick finds
    them; rows that have one get an id that no tick will look at again.
    """
    # Nearly all rows of the log: by a scan, and however long that takes. Ended by the limit of a
    # statement, it would be begun anew, with the same end, by each who tries to lead.
    cursor.execute(
        "SELECT set_config('statement_timeout', '0', true),"
        " set_config('enable_seqscan', 'on', true)"
    )
    # From the oldest transaction that is still under way: the next tick looks for its rows too.
    xmin = settled.split(":")[0]
    cursor.execute(
        "UPDATE messaging_message m SET xid = '0' WHERE m.xid >= %s::xid8"
        " AND EXISTS (SELECT 1 FROM messaging_position p WHERE p.message_id = m.id)",
        [xmin],
    )
    cursor.execute(
        "UPDATE messaging_message m SET xid = pg_current_xact_id()"
        " WHERE NOT EXISTS (SELECT 1 FROM messaging_position p WHERE p.message_id = m.id)"
    )
    cursor.execute(
        "UPDATE messaging_sequencer SET last_snapshot = %s, target_snapshot = NULL, done_id = 0,"
        " cluster = %s",
        [settled, cluster],
    )
