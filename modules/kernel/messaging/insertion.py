"""Rows of messages into the log, in as few statements as the database takes."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from django.db.backends.base.base import BaseDatabaseWrapper

from modules.kernel.messaging.arrays import array_of, text_array_of
from modules.kernel.messaging.prepared import prepared_cursor

#: Values of a message, in the order of `_COLUMNS`.
Row: TypeAlias = tuple[Any, ...]

_COLUMNS = (
    "message_id, source, name, schema_version, key, part, stream, stream_version, data, headers,"
    " effective_at"
)
_INSERT = f"INSERT INTO messaging_message ({_COLUMNS})"
_VALUES = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"

#: Of SQLite's statements: it takes 32,766 variables in one, and a message is eleven.
_ROWS = 2_000

# Cheaper than COPY for the client, not dearer for the server, and it fits into a pipeline.
_INSERT_MANY = (
    f"{_INSERT} SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::int[], %s::text[],"
    " %s::int[], %s::text[], %s::int[], %s::text[], %s::text[], %s::timestamptz[])"
)


def insert(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> None:
    """This inserts the rows, whose ids come out in their order; inside a transaction."""
    if connection.vendor == "postgresql":
        with prepared_cursor(connection) as cursor:
            cursor.execute(_INSERT_MANY, _columns(rows))
        return
    with connection.cursor() as cursor:
        for start in range(0, len(rows), _ROWS):
            some = rows[start : start + _ROWS]
            values = [value for identity, *rest in some for value in (identity.hex, *rest)]
            cursor.execute(f"{_INSERT} VALUES {', '.join([_VALUES] * len(some))}", values)


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


def _columns(rows: Sequence[Row]) -> list[str]:
    ids, sources, names, versions, keys, parts, streams, numbers, data, headers, effective = zip(
        *rows, strict=True
    )
    return [
        array_of(ids),
        text_array_of(sources),
        text_array_of(names),
        array_of(versions),
        text_array_of(keys),
        array_of(parts),
        text_array_of(streams),
        array_of(numbers),
        text_array_of(data),
        text_array_of(headers),
        text_array_of(one and one.isoformat() for one in effective),
    ]
