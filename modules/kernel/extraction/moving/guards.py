"""Guards: triggers that note which rows change, and refuse every write once they are closed.

They are made before anything is copied, so the fence only turns a row of `extraction_guard`: no
table is locked while callers wait. A trigger asks that row. On PostgreSQL each writer holds the
module's advisory lock, shared, until its transaction ends, and who closes takes it alone: it waits
for the writers that are under way, and every later one finds the guard closed. On SQLite writers
take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from django.db import OperationalError

from modules.kernel.extraction.moving.errors import TookTooLong
from modules.kernel.extraction.moving.sides import Side, portions
from modules.kernel.extraction.moving.tables import Table
from modules.kernel.placements import REFUSAL

#: How long the making of a trigger waits for those who write the table, before it lets them pass.
_LOCK_TIMEOUT = "100ms"
_TRIES = 200

_LOG = "messaging_message"
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
        _make(side, module, table.name, table.key, table.where)
    _make(side, module, _LOG, "", f"{{row}}.source = '{module}'", insert_only=True)
    _make(side, module, _SCHEDULED, "", f"{{row}}.source = '{module}'", insert_only=True)
    if side.is_postgresql:
        side.execute(f"CREATE SEQUENCE IF NOT EXISTS {_counter(module)}")


def remove(side: Side, module: str, tables: Sequence[Table]) -> None:
    """This takes the triggers away, with all that was noted."""
    names = [*(table.name for table in tables), _LOG, _SCHEDULED]
    for name in names:
        if side.is_postgresql:
            drop = (
                f"DROP TRIGGER IF EXISTS {_trigger(module, name)} ON {name};"
                f" DROP FUNCTION IF EXISTS {_trigger(module, name)}()"
            )
            _patiently(side, partial(side.execute, drop))
        else:
            with side.transaction():
                for event in ("insert", "update", "delete"):
                    side.execute(f"DROP TRIGGER IF EXISTS {_trigger(module, name)}_{event}")
    with side.transaction():
        side.execute("DELETE FROM extraction_guard WHERE module = %s", [module])
        forget_touched(side, tables)
    if side.is_postgresql:
        side.execute(f"DROP SEQUENCE IF EXISTS {_counter(module)}")


def there(tables: Sequence[Table]) -> tuple[Table, ...]:
    """This gives tables as they are on the side that is copied to."""
    return tuple(replace(table, name=table.target, name_there=table.name) for table in tables)


def note(side: Side, module: str, *, noting: bool) -> None:
    """This has the keys of rows that change noted from the commit on, or not any more."""

    def turn() -> None:
        # Alone: a writer that found nothing to note has ended, and what it wrote can be read.
        _alone(side, module)
        side.execute("UPDATE extraction_guard SET noting = %s WHERE module = %s", [noting, module])

    _patiently(side, turn)


def close(side: Side, module: str, *, wait_seconds: float) -> None:
    """This refuses every write from the commit on, in the caller's transaction.

    Raises:
        TookTooLong: a transaction of the module did not end.
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
    side.execute("UPDATE extraction_guard SET closed = true WHERE module = %s", [module])


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


def count_touched(side: Side, tables: Sequence[Table]) -> int:
    """This gives how many notes there are."""
    return int(side.value(f"SELECT count(*) FROM extraction_touched WHERE {_of(tables)}") or 0)


def forget_touched(side: Side, tables: Sequence[Table]) -> None:
    """This deletes all notes on some tables."""
    side.execute(f"DELETE FROM extraction_touched WHERE {_of(tables)}")


def refused(side: Side, module: str) -> int | None:
    """This gives how many writes were refused since the guards were made; None if uncounted.

    PostgreSQL counts in a sequence, which keeps what a rollback takes back. SQLite has nothing
    of the kind.
    """
    if not side.is_postgresql or side.value("SELECT to_regclass(%s)", [_counter(module)]) is None:
        return None
    return int(
        side.value(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {_counter(module)}")
    )


def _alone(side: Side, module: str) -> None:
    if side.is_postgresql:
        side.query("SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))", [REFUSAL, module])


def _make(
    side: Side, module: str, table: str, key: str, where: str, *, insert_only: bool = False
) -> None:
    """This makes the triggers of one table.

    Args:
        key: whose value is noted; empty to note nothing.
    """
    make = _make_on_postgresql if side.is_postgresql else _make_on_sqlite
    make(side, module, table, key, where, insert_only)


def _make_on_postgresql(
    side: Side, module: str, table: str, key: str, where: str, insert_only: bool
) -> None:
    name = _trigger(module, table)
    notes = (
        ""
        if not key
        else f"""
        IF noting THEN
            IF TG_OP <> 'INSERT' THEN
                INSERT INTO extraction_touched (table_name, row_key)
                VALUES ('{table}', OLD.{key}::text);
            END IF;
            IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND NEW.{key} IS DISTINCT FROM OLD.{key} THEN
                INSERT INTO extraction_touched (table_name, row_key)
                VALUES ('{table}', NEW.{key}::text);
            END IF;
        END IF;"""
    )
    # VOLATILE, as functions are: each query in it sees what was committed when it began.
    function = f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            noting boolean; closed boolean;
        BEGIN
            PERFORM pg_advisory_xact_lock_shared(hashtext('{REFUSAL}'), hashtext('{module}'));
            SELECT g.noting, g.closed INTO noting, closed
              FROM extraction_guard g WHERE g.module = '{module}';
            IF closed{_received(table)} THEN
                PERFORM nextval('{_counter(module)}');
                RAISE EXCEPTION '{_refusal(module, table)}' USING ERRCODE = 'QF001';
            END IF;{notes}
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $$"""
    if insert_only:
        events, when = "INSERT", f"WHEN ({where.format(row='NEW')})"
    elif where:
        # A condition on OLD and NEW is possible for UPDATE only; and rows of others cost little.
        events, when = "INSERT OR UPDATE OR DELETE", ""
        function = function.replace(
            "BEGIN\n",
            "BEGIN\n            IF NOT (CASE WHEN TG_OP = 'INSERT' THEN false ELSE "
            f"({where.format(row='OLD')}) END OR CASE WHEN TG_OP = 'DELETE' THEN false ELSE "
            f"({where.format(row='NEW')}) END) THEN\n"
            "                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n"
            "                RETURN NEW;\n            END IF;\n",
            1,
        )
    else:
        events, when = "INSERT OR UPDATE OR DELETE", ""
    side.execute(f"CREATE SEQUENCE IF NOT EXISTS {_counter(module)}")
    if side.value(
        "SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass", [name, table]
    ):
        side.execute(function)
        return
    create = (
        f"{function}; CREATE TRIGGER {name} BEFORE {events} ON {table}"
        f" FOR EACH ROW {when} EXECUTE FUNCTION {name}()"
    )
    _patiently(side, partial(side.execute, create))


def _make_on_sqlite(
    side: Side, module: str, table: str, key: str, where: str, insert_only: bool
) -> None:
    guard = f"FROM extraction_guard WHERE module = '{module}'"
    # AFTER: before it is inserted, a row has no serial number yet that could be noted.
    with side.transaction():
        for event in ("insert",) if insert_only else ("insert", "update", "delete"):
            rows = {"insert": ("NEW",), "delete": ("OLD",), "update": ("OLD", "NEW")}[event]
            when = " OR ".join(f"({where.format(row=row)})" for row in rows) if where else "true"
            notes = "".join(
                f" INSERT INTO extraction_touched (table_name, row_key) SELECT '{table}',"
                f" CAST({row}.{key} AS TEXT) WHERE (SELECT noting {guard});"
                for row in rows
                if key
            )
            # Not RAISE: its error is that of a constraint, which programs take for a duplicate. A
            # path that is none gives an error like any other, with the path in it. Made of the
            # row, or SQLite would work it out beforehand, closed or not.
            text = f"'{_refusal(module, table)}' || substr({rows[0]}.rowid, 1, 0)"
            refuse = (
                f"SELECT json_extract('{{}}', {text})"
                f" WHERE (SELECT closed {guard}){_received(table)};"
            )
            side.execute(
                f"CREATE TRIGGER IF NOT EXISTS {_trigger(module, table)}_{event}"
                f" AFTER {event} ON {table} FOR EACH ROW WHEN {when} BEGIN {refuse}{notes} END"
            )


def _received(table: str) -> str:
    """This lets pass what has come from where the module is: it is noted in the inbox before."""
    if table != _LOG:
        return ""
    return (
        " AND NOT EXISTS (SELECT 1 FROM messaging_inbox i"
        " WHERE i.consumer = 'log' AND i.message_id = NEW.message_id)"
    )


def _refusal(module: str, table: str) -> str:
    return (
        f"{REFUSAL}: {module} is being moved, or has moved: this write to {table} was refused "
        f"and changed nothing; see manage.py cutover {module} --status"
    )


def _trigger(module: str, table: str) -> str:
    # Begins with an a: triggers fire in the order of their names.
    of_module = "" if table.startswith(f"{module}_") else f"{module}_"
    return f"a_extraction_{of_module}{table}"[:63]


def _counter(module: str) -> str:
    return f"extraction_refused_{module}"[:63]


def _of(tables: Sequence[Table]) -> str:
    return f"table_name IN ({', '.join(repr(table.name) for table in tables)})"


def _patiently(side: Side, action: Callable[[], object]) -> None:
    """This does what needs a lock, between the transactions of others.

    A lock that waits has everybody who comes later wait behind it; so it waits only a moment at
    a time.
    """
    for left in reversed(range(_TRIES)):
        try:
            with side.transaction():
                if side.is_postgresql:
                    side.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
                action()
            return
        except OperationalError as error:
            if not left:
                raise TookTooLong(
                    "a table is in use by a transaction that does not end; find it in "
                    "pg_stat_activity, and --resume"
                ) from error
