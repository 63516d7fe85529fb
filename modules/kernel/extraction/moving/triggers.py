"""The triggers that guards are made of: made, and dropped, between the transactions of others."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import psycopg
from django.db import OperationalError

from modules.kernel.extraction.moving.errors import TookTooLong
from modules.kernel.extraction.moving.sides import Side
from modules.kernel.placements import REFUSAL

#: How long the making of a trigger waits for those who write the table, before it lets them pass.
_LOCK_TIMEOUT = "100ms"
_TRIES = 200

LOG = "messaging_message"


def make(
    side: Side, module: str, table: str, key: str, where: str, *, insert_only: bool = False
) -> None:
    """This makes the triggers of one table.

    Args:
        key: whose value is noted; empty to note nothing.
    """
    made = _make_on_postgresql if side.is_postgresql else _make_on_sqlite
    made(side, module, table, key, where, insert_only)


def drop(side: Side, module: str, table: str) -> None:
    """This takes the triggers of one table away."""
    name = _trigger(module, table)
    if side.is_postgresql:
        gone = f"DROP TRIGGER IF EXISTS {name} ON {table}; DROP FUNCTION IF EXISTS {name}()"
        patiently(side, partial(side.execute, gone))
        return
    with side.transaction():
        for event in ("insert", "update", "delete"):
            side.execute(f"DROP TRIGGER IF EXISTS {name}_{event}")


def counter(module: str) -> str:
    """This is the sequence that counts the writes that were refused, on PostgreSQL."""
    return f"extraction_refused_{module}"[:63]


def patiently(side: Side, action: Callable[[], object]) -> None:
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
            if side.is_postgresql and not _is_of_a_lock(error):
                raise
            if not left:
                raise TookTooLong(
                    "a table is in use by a transaction that does not end; find it in "
                    "pg_stat_activity, and --resume"
                ) from error


def _is_of_a_lock(error: OperationalError) -> bool:
    return isinstance(error.__cause__, psycopg.errors.LockNotAvailable)


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
                PERFORM nextval('{counter(module)}');
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
    side.execute(f"CREATE SEQUENCE IF NOT EXISTS {counter(module)}")
    if side.value(
        "SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass", [name, table]
    ):
        side.execute(function)
        return
    create = (
        f"{function}; CREATE TRIGGER {name} BEFORE {events} ON {table}"
        f" FOR EACH ROW {when} EXECUTE FUNCTION {name}()"
    )
    patiently(side, partial(side.execute, create))


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
    if table != LOG:
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
