"""Rows from one side to the other, and whether they are the same on both.

Values go as the database has them, not as Python would read them: on PostgreSQL as COPY writes
them, on SQLite under a ``+``, which keeps a column's declared type from being converted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections

from modules.kernel.extraction.moving.sides import Side, portions
from modules.kernel.extraction.moving.tables import Table


def end_of_block(side: Side, table: Table, after: str, *, size: int) -> str | None:
    """This gives the key of the last of the next rows; None when there are none."""
    chosen, values = _after(side, table, after)
    found: str | None = side.value(
        f"SELECT {_text(side, 'last')} FROM (SELECT {table.key} AS last FROM {table.name} r"
        f" WHERE {chosen} AND {table.chosen('r')} ORDER BY {table.key} LIMIT {size}) b"
        " ORDER BY last DESC LIMIT 1",
        values,
    )
    return found


def copy_block(old: Side, new: Side, table: Table, after: str, until: str) -> None:
    """This copies the rows with keys after … until, in the caller's transaction there."""
    gone, gone_values = _range(new, table, after, until)
    new.execute(
        f"DELETE FROM {table.target} AS r WHERE {gone} AND {table.chosen('r')}", gone_values
    )
    chosen, values = _range(old, table, after, until)
    _carry(old, new, table, f"{chosen} AND {table.chosen('r')}", values)


def copy_keys(old: Side, new: Side, table: Table, keys: Sequence[str]) -> None:
    """This makes the rows with these keys what they are on the old side; gone ones go."""
    for some in portions(keys):
        gone, gone_values = _among(new, table, some)
        new.execute(
            f"DELETE FROM {table.target} AS r WHERE {gone} AND {table.chosen('r')}", gone_values
        )
    for some in portions(keys):
        chosen, values = _among(old, table, some)
        _carry(old, new, table, f"{chosen} AND {table.chosen('r')}", values)


def delete_until(side: Side, table: Table, until: str) -> None:
    """This deletes the rows of the old side up to a key, in the caller's transaction."""
    gone, values = _range(side, table, "", until)
    side.execute(f"DELETE FROM {table.name} AS r WHERE {gone} AND {table.chosen('r')}", values)


def delete_all(new: Side, table: Table) -> None:
    """This empties the table there of what would be moved."""
    new.execute(f"DELETE FROM {table.target} AS r WHERE {table.chosen('r')}")


def different_in_block(old: Side, new: Side, table: Table, after: str, until: str) -> list[str]:
    """This gives the keys after … until whose rows are not the same; `until` empty for no end."""
    chosen_old, values_old = _range(old, table, after, until)
    chosen_new, values_new = _range(new, table, after, until)
    if old.is_postgresql and _digest(old, table, table.name, chosen_old, values_old) == _digest(
        new, table, table.target, chosen_new, values_new
    ):
        return []
    return _unlike(
        _rows(old, table, table.name, chosen_old, values_old),
        _rows(new, table, table.target, chosen_new, values_new),
    )


def different_keys(old: Side, new: Side, table: Table, keys: Sequence[str]) -> list[str]:
    """This gives those of some keys whose rows are not the same."""
    found: list[str] = []
    for some in portions(keys):
        found += _unlike(
            _rows(old, table, table.name, *_among(old, table, some)),
            _rows(new, table, table.target, *_among(new, table, some)),
        )
    return found


def sequence_of(side: Side, table: Table, name: str) -> int:
    """This gives the last serial number that was given out for a table."""
    if not table.serial:
        return 0
    if side.is_postgresql:
        sequence = side.value("SELECT pg_get_serial_sequence(%s, %s)", [name, table.key])
        return int(
            side.value(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")
        )
    return int(side.value("SELECT seq FROM sqlite_sequence WHERE name = %s", [name]) or 0)


def set_sequence(side: Side, table: Table, last: int) -> None:
    """This has serial numbers go on after `last`, in the caller's transaction."""
    if not table.serial or not last:
        return
    if side.is_postgresql:
        side.query(
            "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table.target, table.key, last]
        )
    elif not side.execute(
        "UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last, table.target]
    ):
        side.execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.target, last]
        )


def estimate(side: Side, table: Table) -> int:
    """This gives about how many rows a table has."""
    if side.is_postgresql and not table.where:
        guessed = side.value(
            "SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table.name]
        )
        if guessed and guessed > 0:
            return int(guessed)
    return int(side.value(f"SELECT count(*) FROM {table.name} r WHERE {table.chosen('r')}"))


def _carry(old: Side, new: Side, table: Table, chosen: str, values: Sequence[Any]) -> None:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    if not old.is_postgresql:
        raw = ", ".join(f'+r."{column}"' for column in table.columns)
        rows = old.query(f"SELECT {raw} FROM {table.name} r WHERE {chosen}", values)
        marks = ", ".join(["%s"] * len(table.columns))
        new.execute_many(f"INSERT INTO {table.target} ({columns}) VALUES ({marks})", rows)
        return
    select = ", ".join(f'r."{column}"' for column in table.columns)
    source, target = connections[old.alias], connections[new.alias]
    with (
        source.cursor() as reading,
        target.cursor() as writing,
        reading.cursor.copy(
            f"COPY (SELECT {select} FROM {table.name} r WHERE {chosen}) TO STDOUT", values
        ) as out,
        writing.cursor.copy(f"COPY {table.target} ({columns}) FROM STDIN") as into,
    ):
        for data in out:
            into.write(data)


def _rows(
    side: Side, table: Table, name: str, chosen: str, values: Sequence[Any]
) -> dict[str, Any]:
    key = f"+r.{table.key}" if not side.is_postgresql else f"r.{table.key}"
    what = (
        f"md5({_row(table)}::text)"
        if side.is_postgresql
        else ", ".join(f'+r."{column}"' for column in table.columns)
    )
    rows = side.query(
        f"SELECT {_text(side, key)}, {what} FROM {name} r WHERE {chosen} AND {table.chosen('r')}",
        values,
    )
    return {row[0]: row[1:] for row in rows}


def _digest(side: Side, table: Table, name: str, chosen: str, values: Sequence[Any]) -> Any:
    # Sorted by bytes: the order of text may not be the same on two servers.
    key = f'r."{table.key}"::text COLLATE "C"'
    return side.query(
        f"SELECT count(*), md5(string_agg(md5({_row(table)}::text), '' ORDER BY {key}))"
        f" FROM {name} r WHERE {chosen} AND {table.chosen('r')}",
        values,
    )


def _row(table: Table) -> str:
    return "ROW(" + ", ".join(f'r."{column}"' for column in table.columns) + ")"


def _unlike(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def _text(side: Side, what: str) -> str:
    return f"({what})::text" if side.is_postgresql else f"CAST({what} AS TEXT)"


def _type(side: Side, table: Table) -> str:
    found: str = side.value(
        "SELECT format_type(atttypid, NULL) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attname = %s",
        [
            table.name if side.value("SELECT to_regclass(%s)", [table.name]) else table.target,
            table.key,
        ],
    )
    return found


def _after(side: Side, table: Table, after: str) -> tuple[str, list[str]]:
    if not after:
        return "true", []
    bound = f"%s::text::{_type(side, table)}" if side.is_postgresql else "%s"
    return f"r.{table.key} > {bound}", [after]


def _range(side: Side, table: Table, after: str, until: str) -> tuple[str, list[str]]:
    chosen, values = _after(side, table, after)
    if until:
        bound = f"%s::text::{_type(side, table)}" if side.is_postgresql else "%s"
        return f"{chosen} AND r.{table.key} <= {bound}", [*values, until]
    return chosen, values


def _among(side: Side, table: Table, keys: Sequence[str]) -> tuple[str, list[Any]]:
    if side.is_postgresql:
        return f"r.{table.key} = ANY (%s::text[]::{_type(side, table)}[])", [list(keys)]
    return f"r.{table.key} IN ({', '.join(['%s'] * len(keys))})", list(keys)
