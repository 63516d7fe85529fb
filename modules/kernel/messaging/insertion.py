"""Rows of messages into the log, in one statement however many there are."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from django.db.backends.base.base import BaseDatabaseWrapper

from modules.kernel.messaging.prepared import prepared_cursor

#: Values of a message, in the order of `_COLUMNS`.
Row: TypeAlias = tuple[Any, ...]

_COLUMNS = (
    "message_id, source, name, schema_version, key, part, stream, stream_version, data, headers,"
    " effective_at"
)
_INSERT = f"INSERT INTO messaging_message ({_COLUMNS})"
_VALUES = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_INSERT_ONE = f"{_INSERT} VALUES {_VALUES}"

#: Up to so many are inserted one by one, which a pipeline does in one round trip; one holds no
#: COPY.
PIPELINED_ROWS = 8

# Rows copied in cost the server a fifth less than rows of an INSERT, and defaults apply alike.
_COPY = f"COPY messaging_message ({_COLUMNS}) FROM STDIN"


def insert(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> None:
    """This inserts the rows, whose ids come out in their order; inside a transaction."""
    if connection.vendor == "postgresql":
        _insert_on_postgresql(connection, rows)
        return
    values = [value for identity, *rest in rows for value in (identity.hex, *rest)]
    with connection.cursor() as cursor:
        cursor.execute(f"{_INSERT} VALUES {', '.join([_VALUES] * len(rows))}", values)


def insert_received(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> int:
    """This inserts rows that came from elsewhere, and gives how many the log did not have.

    The inbox has told the duplicates apart already. What the log holds all the same came
    before its module moved away, or was copied with it.
    """
    sqlite = connection.vendor == "sqlite"
    values = [
        value for identity, *rest in rows for value in (identity.hex if sqlite else identity, *rest)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_INSERT} VALUES {', '.join([_VALUES] * len(rows))}"
            " ON CONFLICT (message_id) DO NOTHING",
            values,
        )
        return int(cursor.rowcount)


def _insert_on_postgresql(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> None:
    with prepared_cursor(connection) as cursor:
        if len(rows) <= PIPELINED_ROWS:
            for row in rows:
                cursor.execute(_INSERT_ONE, row)
            return
        with cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row)
