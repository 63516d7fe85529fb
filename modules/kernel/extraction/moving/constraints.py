"""Foreign keys of the tables that are copied to, away for as long as they are filled.

A child may be copied before its parent, which was inserted later. On PostgreSQL the constraints
are dropped, and made anew before the switch; on SQLite this connection does not check them.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections

from modules.kernel.extraction.moving.sides import Side
from modules.kernel.extraction.moving.tables import Table

#: Table, name, definition.
Constraint = tuple[str, str, str]


def foreign_keys(side: Side, tables: Sequence[Table]) -> list[Constraint]:
    """This gives the foreign keys of some tables; none on SQLite, where they stay."""
    if not side.is_postgresql:
        return []
    return side.query(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid::regclass::text = ANY (%s) ORDER BY conname",
        [[table.target for table in tables]],
    )


def drop(side: Side, constraints: Sequence[Constraint]) -> None:
    """This takes them away."""
    if not side.is_postgresql:
        return
    with side.transaction():
        for table, name, _ in constraints:
            side.execute(f'ALTER TABLE {table} DROP CONSTRAINT IF EXISTS "{name}"')


def restore(side: Side, constraints: Sequence[Constraint]) -> None:
    """This makes them hold for all that is written from now on."""
    if not side.is_postgresql:
        return
    with side.transaction():
        present = {name for _, name, _ in _of(side, constraints)}
        for table, name, definition in constraints:
            if name not in present:
                bare = definition.removesuffix(" NOT VALID")
                side.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {bare} NOT VALID')


def validate(side: Side, constraints: Sequence[Constraint]) -> None:
    """This sees that they hold for all that is there; nobody waits for it."""
    if not side.is_postgresql:
        return
    for table, name, _ in constraints:
        side.execute(f'ALTER TABLE {table} VALIDATE CONSTRAINT "{name}"')


def uncheck(side: Side) -> None:
    """This has the connection check no foreign keys, where that can be said of a connection."""
    if not side.is_postgresql:
        connections[side.alias].disable_constraint_checking()


def _of(side: Side, constraints: Sequence[Constraint]) -> list[Constraint]:
    return side.query(
        "SELECT conrelid::regclass::text, conname, '' FROM pg_constraint"
        " WHERE contype = 'f' AND conname = ANY (%s)",
        [[name for _, name, _ in constraints]],
    )
