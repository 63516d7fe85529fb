"""Guards: triggers that note which rows change, and refuse every write once they are closed.

They are made before anything is copied, so the fence only turns a row of `extraction_guard`: no
table is locked while callers wait. A trigger asks that row. On PostgreSQL each writer holds the
module's advisory lock, shared, until its transaction ends, and who closes takes it alone: it waits
for the writers that are under way, and every later one finds the guard closed. On SQLite writers
take turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from django.db import OperationalError

from modules.kernel.extraction.moving import triggers
from modules.kernel.extraction.moving.errors import Differs, TookTooLong
from modules.kernel.extraction.moving.sides import Side, portions
from modules.kernel.extraction.moving.tables import Table
from modules.kernel.extraction.moving.triggers import LOG, counter, patiently
from modules.kernel.placements import REFUSAL

_SCHEDULED = "messaging_scheduled"


def install(side: Side, module: str, tables: Sequence[Table]) -> None:
    """This makes the triggers, open and noting nothing yet."""
    with side.transaction():
        side.execute(
            "INSERT INTO extraction_guard (module, noting, closed) VALUES (%s, false, false)"
            " ON CONFLICT (module) DO NOTHING",
            [module],
        )
    for table in tables:
        triggers.make(side, module, table.name, table.key, table.where)
    triggers.make(side, module, LOG, "", f"{{row}}.source = '{module}'", insert_only=True)
    triggers.make(side, module, _SCHEDULED, "", f"{{row}}.source = '{module}'", insert_only=True)
    if side.is_postgresql:
        side.execute(f"CREATE SEQUENCE IF NOT EXISTS {counter(module)}")


def remove(side: Side, module: str, tables: Sequence[str]) -> None:
    """This takes the triggers away from the tables of these names, with all that was noted."""
    for name in (*tables, LOG, _SCHEDULED):
        triggers.drop(side, module, name)
    with side.transaction():
        side.execute("DELETE FROM extraction_guard WHERE module = %s", [module])
        forget_touched(side, tables)
    if side.is_postgresql:
        side.execute(f"DROP SEQUENCE IF EXISTS {counter(module)}")


def names(tables: Sequence[Table]) -> list[str]:
    """This gives the names of tables on the side that is copied from."""
    return [table.name for table in tables]


def there(tables: Sequence[Table]) -> tuple[Table, ...]:
    """This gives tables as they are on the side that is copied to."""
    return tuple(replace(table, name=table.target, name_there=table.name) for table in tables)


def note(side: Side, module: str, *, noting: bool) -> None:
    """This has the keys of rows that change noted from the commit on, or not any more.

    Raises:
        Differs: there is no guard.
    """

    def turn() -> None:
        # Alone: a writer that found nothing to note has ended, and what it wrote can be read.
        _alone(side, module)
        _turn(side, module, noting=noting)

    patiently(side, turn)


def close(side: Side, module: str, *, wait_seconds: float) -> None:
    """This refuses every write from the commit on, in the caller's transaction.

    Raises:
        TookTooLong: a transaction of the module did not end.
        Differs: there is no guard.
    """
    if side.is_postgresql:
        side.execute(f"SET LOCAL lock_timeout = '{int(wait_seconds * 1000)}ms'")
    try:
        _alone(side, module)
    except OperationalError as error:
        raise TookTooLong(
            f"a transaction that writes tables of {module} did not end within {wait_seconds:g} s; "
            "find it in pg_stat_activity, and --resume"
        ) from error
    _turn(side, module, closed=True)


def reopen(side: Side, module: str) -> None:
    """This lets writes pass again, in the caller's transaction."""
    side.execute("UPDATE extraction_guard SET closed = false WHERE module = %s", [module])


def is_closed(side: Side, module: str) -> bool:
    """This is true where writes are refused."""
    return bool(side.value("SELECT closed FROM extraction_guard WHERE module = %s", [module]))


@contextmanager
def passing(side: Side, module: str) -> Iterator[None]:
    """This is a transaction whose own writes pass, whatever the guard says to others."""
    with side.transaction():
        before = side.query(
            "SELECT noting, closed FROM extraction_guard WHERE module = %s", [module]
        )
        side.execute(
            "UPDATE extraction_guard SET noting = false, closed = false WHERE module = %s", [module]
        )
        yield
        for noting, closed in before:
            side.execute(
                "UPDATE extraction_guard SET noting = %s, closed = %s WHERE module = %s",
                [bool(noting), bool(closed), module],
            )


def touched(side: Side, table: Table, *, limit: int) -> tuple[list[int], list[str]]:
    """This gives the notes there are on a table, and the keys that they name."""
    rows = side.query(
        "SELECT id, row_key FROM extraction_touched WHERE table_name = %s"
        f" ORDER BY id LIMIT {limit}",
        [table.name],
    )
    return [row[0] for row in rows], sorted({row[1] for row in rows})


def touched_among(side: Side, table: Table, keys: Sequence[str]) -> set[str]:
    """This gives those of some keys that are noted."""
    found: set[str] = set()
    for some in portions(keys):
        marks = ", ".join(["%s"] * len(some))
        rows = side.query(
            "SELECT DISTINCT row_key FROM extraction_touched WHERE table_name = %s"
            f" AND row_key IN ({marks})",
            [table.name, *some],
        )
        found |= {row[0] for row in rows}
    return found


def take(side: Side, notes: Sequence[int]) -> None:
    """This deletes notes whose rows were copied."""
    for some in portions(notes):
        side.execute(f"DELETE FROM extraction_touched WHERE id IN ({', '.join(map(str, some))})")


def count_touched(side: Side, tables: Sequence[str]) -> int:
    """This gives how many notes there are on the tables of these names."""
    return int(side.value(f"SELECT count(*) FROM extraction_touched WHERE {_of(tables)}") or 0)


def forget_touched(side: Side, tables: Sequence[str]) -> None:
    """This deletes all notes on the tables of these names."""
    side.execute(f"DELETE FROM extraction_touched WHERE {_of(tables)}")


def refused(side: Side, module: str) -> int | None:
    """This gives how many writes were refused since the guards were made; None if uncounted.

    PostgreSQL counts in a sequence, which keeps what a rollback takes back. SQLite has nothing
    of the kind.
    """
    if not side.is_postgresql or side.value("SELECT to_regclass(%s)", [counter(module)]) is None:
        return None
    return int(
        side.value(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {counter(module)}")
    )


def _alone(side: Side, module: str) -> None:
    if side.is_postgresql:
        side.query("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [REFUSAL, module])


def _turn(side: Side, module: str, **to: bool) -> None:
    """This turns the row that the triggers ask. Without it they would let everything pass."""
    marks = ", ".join(f"{name} = %s" for name in to)
    turned = side.execute(
        f"UPDATE extraction_guard SET {marks} WHERE module = %s", [*to.values(), module]
    )
    if turned != 1:
        raise Differs(
            f"the guard of {module} on {side.name} is gone, so changes may have been missed: "
            "nothing was switched; --abort, and begin anew"
        )


def _of(tables: Sequence[str]) -> str:
    return f"table_name IN ({', '.join(map(repr, tables)) or 'NULL'})"
