"""Many rows into a table of a generation at once."""

from collections.abc import Sequence
from typing import Any

from django.db import connections

from modules.kernel.messaging.prepared import prepared_cursor

#: SQLite takes so many values in one statement, whatever version it is.
_VALUES = 900


def insert_rows(
    database: str, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """This inserts rows that are not there yet, inside the caller's transaction."""
    if not rows:
        return
    connection = connections[database]
    quote = connection.ops.quote_name
    into = f"{quote(table)} ({', '.join(map(quote, columns))})"
    if connection.vendor == "postgresql":
        with prepared_cursor(connection) as raw, raw.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    at_once = max(_VALUES // len(columns), 1)
    one = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        for first in range(0, len(rows), at_once):
            some = rows[first : first + at_once]
            cursor.execute(
                f"INSERT INTO {into} VALUES {', '.join([one] * len(some))}",
                [value for row in some for value in row],
            )
