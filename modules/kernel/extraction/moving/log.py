"""Messages from one log to the other, in the order of their positions, each once.

What is copied out keeps its id, its time, its stream and its version. The mover is the only
writer of a service's log before the switch, so the order there is the order here, and a position
here has one there (`positions`).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connections

from modules.kernel.eventstore.carrying import carry_keys
from modules.kernel.extraction.moving.deletions import deleted_here
from modules.kernel.extraction.moving.hearing import Hearing
from modules.kernel.extraction.moving.progress import read_progress, write_progress
from modules.kernel.extraction.moving.sides import Side, portions
from modules.kernel.messaging.inbox import receive_all
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.logs.port import SCAN_LIMIT, LeadershipLost

#: What is filled by copying.
TABLES = ("messaging_message", "messaging_position", "extraction_carried")

#: Messages copied in one transaction at the most.
BATCH = 2_000

_COLUMNS = (
    "message_id",
    "source",
    "name",
    "schema_version",
    "key",
    "part",
    "stream",
    "stream_version",
    "data",
    "headers",
    "recorded_at",
    "effective_at",
)
_ID, _SOURCE, _DATA = _COLUMNS.index("message_id"), 1, _COLUMNS.index("data")
_STREAM = _COLUMNS.index("stream")

#: Whose inbox it is; see `modules.kernel.messaging.brokers.reception`.
INBOX = "log"

#: What is counted in the progress of a move back; see `left_out`.
_LEFT_OUT = "messages left out"

Row = tuple[Any, ...]


def copy_out(old: Side, new: Side, hearing: Hearing, *, until: int | None = None) -> int:
    """This copies a batch of what the module has in the log here, and gives how much is left.

    Args:
        until: the position to stop at; by default the head of the log.

    Returns:
        How many positions lie between what is copied and the end.
    """
    end = open_log(old.alias).head() if until is None else until
    after = int(read_progress(new, hearing.module, "log").upto or 0)
    if after >= end:
        return 0
    rows, reached = read(old, after, end, of=hearing)
    with new.transaction():
        identities = _reserved(new, len(rows))
        _note_received(new, [row[1 + _ID] for row in rows if row[1 + _SOURCE] != hearing.module])
        append(old, new, [row[1:] for row in rows], identities=identities)
        _note_origins(new, rows, identities)
        write_progress(new, hearing.module, "log", upto=str(reached), done=reached >= end)
    return end - reached


def copy_back(old: Side, new: Side, hearing: Hearing, *, until: int | None = None) -> int:
    """This appends a batch of what the log here has not, and gives how much is left.

    Args:
        old: the service's side.
    """
    end = open_log(old.alias).head() if until is None else until
    after = int(read_progress(new, hearing.module, "log").upto or 0)
    if after >= end:
        return 0
    rows, reached = read(old, after, end, of=None)
    bare = [row[1:] for row in rows]
    with new.transaction():
        there = present(new, [row[_ID] for row in bare])
        unseen = [row[_ID] for row in bare if row[_ID] not in there]
        received = set(unseen) - _note_received(new, unseen)
        # One that was being received over the broker was waited for, and is there by now.
        there |= present(new, unseen)
        missing = [_described(row) for row in rows if row[1 + _ID] not in there]
        deleted = deleted_here(old, hearing.module, missing, received)
        append(old, new, [row for row in bare if row[_ID] not in there | deleted])
        _restore_streams(new, [row for row in bare if row[_ID] in there and row[_STREAM]])
        write_progress(new, hearing.module, "log", upto=str(reached), done=reached >= end)
        if deleted:
            before = left_out(new, hearing.module)
            upto = str(before + len(deleted))
            write_progress(new, hearing.module, _LEFT_OUT, upto=upto, done=False)
    return end - reached


def left_out(new: Side, module: str) -> int:
    """This gives how many messages were not copied back, since they have been here before."""
    return int(read_progress(new, module, _LEFT_OUT).upto or 0)


def read(side: Side, after: int, end: int, *, of: Hearing | None) -> tuple[list[Row], int]:
    """This reads a batch of messages with their positions, and gives how far it has looked."""
    until = min(end, after + SCAN_LIMIT)
    position = "p.pos" if side.is_postgresql else "m.id"
    tables = (
        "messaging_position p JOIN messaging_message m ON m.id = p.message_id"
        if side.is_postgresql
        else "messaging_message m"
    )
    values: list[Any] = [after, until]
    chosen = f"{position} > %s AND {position} <= %s"
    if of is not None:
        names = ", ".join(["%s"] * len(of.names)) or "NULL"
        chosen += f" AND (m.source = %s OR m.name IN ({names}))"
        values += [of.module, *of.names]
    sign = "" if side.is_postgresql else "+"
    columns = ", ".join(f"{sign}m.{column}" for column in _COLUMNS)
    rows = side.query(
        f"SELECT {position}, {columns} FROM {tables} WHERE {chosen}"
        f" ORDER BY {position} LIMIT {BATCH}",
        values,
    )
    return rows, rows[-1][0] if len(rows) == BATCH else until


def append(old: Side, new: Side, rows: Sequence[Row], *, identities: Sequence[int] = ()) -> None:
    """This appends messages in their order, in the caller's transaction.

    Args:
        identities: what the rows are to be called there, ascending; empty for what comes.
    """
    if not rows:
        return
    data = carry_keys(old.alias, new.alias, [row[_DATA] for row in rows])
    rows = [(*row[:_DATA], text, *row[_DATA + 1 :]) for row, text in zip(rows, data, strict=True)]
    columns = ", ".join(_COLUMNS)
    if new.is_postgresql:
        if identities:
            columns = f"id, {columns}"
            rows = [(identity, *row) for identity, row in zip(identities, rows, strict=True)]
        _copy_in(new, f"messaging_message ({columns})", rows)
        return
    marks = ", ".join(["%s"] * len(_COLUMNS))
    new.execute_many(f"INSERT INTO messaging_message ({columns}) VALUES ({marks})", rows)


def all_placed(side: Side, module: str = "") -> bool:
    """This is true once every message, or every one of a module, has its position.

    Where nobody leads the log, this process does for a moment.
    """
    if not side.is_postgresql:
        return True
    log = open_log(side.alias)
    if log.lead():
        try:
            while log.tick():
                pass
        except LeadershipLost:
            return False
        finally:
            log.resign()
    of_module, values = (" AND m.source = %s", [module]) if module else ("", [])
    # From the last snapshot's oldest transaction on: all rows before have theirs.
    with side.by_index():
        missing = side.value(
            "WITH fresh AS MATERIALIZED (SELECT m.id FROM messaging_message m WHERE m.xid >="
            " (SELECT pg_snapshot_xmin(last_snapshot::pg_snapshot) FROM messaging_sequencer)"
            f"{of_module})"
            " SELECT 1 FROM fresh LEFT JOIN messaging_position p ON p.message_id = fresh.id"
            " WHERE p.pos IS NULL LIMIT 1",
            values,
        )
    return missing is None


def count(side: Side, after: int, until: int, *, of: Hearing) -> int:
    """This gives how many messages there are of what `copy_out` copies."""
    position, tables = (
        ("p.pos", "messaging_position p JOIN messaging_message m ON m.id = p.message_id")
        if side.is_postgresql
        else ("m.id", "messaging_message m")
    )
    names = ", ".join(["%s"] * len(of.names)) or "NULL"
    return int(
        side.value(
            f"SELECT count(*) FROM {tables} WHERE {position} > %s AND {position} <= %s"
            f" AND (m.source = %s OR m.name IN ({names}))",
            [after, until, of.module, *of.names],
        )
    )


def count_carried(side: Side, after: int, until: int) -> int:
    """This gives how many messages there are that `copy_out` has brought."""
    return int(
        side.value(
            "SELECT count(*) FROM extraction_carried c JOIN messaging_message m"
            " ON m.id = c.identity WHERE c.origin > %s AND c.origin <= %s",
            [after, until],
        )
    )


def count_missing(old: Side, new: Side, after: int, until: int) -> int:
    """This gives how many messages of one log, at some positions, the other has not."""
    position, tables = (
        ("p.pos", "messaging_position p JOIN messaging_message m ON m.id = p.message_id")
        if old.is_postgresql
        else ("m.id", "messaging_message m")
    )
    sign = "" if old.is_postgresql else "+"
    ids = [
        row[0]
        for row in old.query(
            f"SELECT {sign}m.message_id FROM {tables} WHERE {position} > %s AND {position} <= %s",
            [after, until],
        )
    ]
    return len(ids) - len(present(new, ids))


def _reserved(new: Side, count: int) -> list[int]:
    """This gives identities for rows that are to be copied in; none on SQLite."""
    if not new.is_postgresql:
        return []
    rows = new.query(
        "SELECT nextval(pg_get_serial_sequence('messaging_message', 'id'))"
        " FROM generate_series(1, %s)",
        [count],
    )
    return [row[0] for row in rows]


def _note_origins(new: Side, rows: Sequence[Row], identities: Sequence[int]) -> None:
    if new.is_postgresql:
        origins = [row[0] for row in rows]
        into = "extraction_carried (origin, identity)"
        _copy_in(new, into, list(zip(origins, identities, strict=True)))
        return
    origin = {str(row[1 + _ID]): row[0] for row in rows}
    for some in portions([row[1 + _ID] for row in rows]):
        found = new.query(
            "SELECT id, +message_id FROM messaging_message"
            f" WHERE message_id IN ({', '.join(['%s'] * len(some))})",
            some,
        )
        new.execute(
            "INSERT INTO extraction_carried (origin, identity) VALUES "
            + ", ".join(f"({origin[str(one)]}, {identity})" for identity, one in found)
        )


def _note_received(new: Side, ids: Sequence[Any]) -> set[Any]:
    """This notes in the inbox what others have published: over the broker it may come once more.

    Returns:
        Those that it did not have.
    """
    new_ones: set[Any] = set()
    for some in portions(ids):
        found = receive_all(new.alias, INBOX, [uuid.UUID(str(one)) for one in some])
        new_ones |= {one for one in some if uuid.UUID(str(one)) in found}
    return new_ones


def _described(row: Row) -> dict[str, Any]:
    """This gives a row of `read` by the names of its columns."""
    return dict(zip(("position", *_COLUMNS), row, strict=True))


def _copy_in(new: Side, into: str, rows: Sequence[Row]) -> None:
    with (
        connections[new.alias].cursor() as cursor,
        cursor.cursor.copy(f"COPY {into} FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def present(side: Side, ids: Sequence[Any]) -> set[Any]:
    """This gives those ids that a log has, whether they have a position yet or not."""
    sign = "" if side.is_postgresql else "+"
    found: set[Any] = set()
    for some in portions(ids):
        rows = side.query(
            f"SELECT {sign}message_id FROM messaging_message"
            f" WHERE message_id IN ({', '.join(['%s'] * len(some))})",
            some,
        )
        found |= {row[0] for row in rows}
    return found


def _restore_streams(side: Side, rows: Sequence[Row]) -> None:
    """This puts messages that came over the broker, which knows no streams, into theirs."""
    for row in rows:
        side.execute(
            "UPDATE messaging_message SET stream = %s, stream_version = %s"
            " WHERE message_id = %s AND stream IS NULL",
            [row[_STREAM], row[_STREAM + 1], row[_ID]],
        )
