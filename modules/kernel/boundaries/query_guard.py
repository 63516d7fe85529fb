"""The query guard: SQL is refused where a module's code touches another module's table.

On in tests and in development (`QUARRY_QUERY_GUARD`). It is the last of the checks, for
what no reading of the code finds: SQL put together from strings, a query set handed from
one module to another and evaluated there, a relation walked through a model's reverse side.

Whose code it is: the innermost frame of the stack that lies in a business module. Frames of
the kernel, of libraries and of tests outside the modules say nothing, and a statement
without any business frame (a migration, the test runner) is let through.

What it does not see: COPY through psycopg's cursor, and stored procedures.
"""

import sys
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from modules.kernel.boundaries.ownership import owners_of_tables
from modules.kernel.boundaries.sql_names import names_in

_MODULES = Path(__file__).resolve().parents[2]
_KERNEL = "kernel"

_Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


class ForeignTable(RuntimeError):
    """This says which module touched whose table, and where.

    Attributes:
        module: whose code it is.
        table: what it touched.
        owner: the module that owns the table.
        place: file and line of the code, from the folder of the modules.
    """

    def __init__(self, *, module: str, table: str, owner: str, place: str) -> None:
        super().__init__(
            f"{place}: {module} touches {table}, a table of {owner}; "
            f"ask the published interface of {owner}, or keep a copy from its events"
        )
        self.module = module
        self.table = table
        self.owner = owner
        self.place = place


class QueryGuard:
    """This is an execute wrapper of a Django connection (`connection.execute_wrappers`)."""

    def __init__(self, owners: Callable[[], Mapping[str, str]] = owners_of_tables) -> None:
        self._read_owners = owners
        self._owners: Mapping[str, str] | None = None
        # By text: the same few statements make up nearly all that a process executes.
        self._owned_in = lru_cache(maxsize=4096)(self._find_owned)

    def __call__(
        self, execute: _Execute, sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """This executes the statement.

        Raises:
            ForeignTable: it names a table of another module than the one that calls.
        """
        if owned := self._owned_in(_text_of(sql)):
            refuse_foreign(owned, sys._getframe(1))
        return execute(sql, params, many, context)

    def _find_owned(self, sql: str) -> tuple[tuple[str, str], ...]:
        if self._owners is None:
            self._owners = self._read_owners()
        return tuple((name, self._owners[name]) for name in names_in(sql) if name in self._owners)


def _text_of(sql: object) -> str:
    """This gives a statement as text: psycopg also takes bytes and its own composed SQL."""
    if isinstance(sql, str):
        return sql
    if isinstance(sql, bytes):
        return sql.decode()
    text: str = sql.as_string(None)  # type: ignore[attr-defined]  # psycopg.sql.Composable
    return text


def refuse_foreign(owned: tuple[tuple[str, str], ...], frame: FrameType | None) -> None:
    """This looks for the calling module, outwards from `frame`, and holds it to its own tables.

    Args:
        owned: the tables that a statement names, each with its owner.

    Raises:
        ForeignTable: one of them belongs to another module than the caller.
    """
    while frame is not None:
        path = frame.f_code.co_filename
        if module := _module_of(path):
            for table, owner in sorted(owned):
                if owner != module:
                    place = f"{Path(path).relative_to(_MODULES.parent)}:{frame.f_lineno}"
                    raise ForeignTable(module=module, table=table, owner=owner, place=place)
            return
        frame = frame.f_back


@cache
def _module_of(path: str) -> str | None:
    """This gives the business module that a source file lies in; None for all other files."""
    file = Path(path)
    if not file.is_relative_to(_MODULES):
        return None
    parts = file.relative_to(_MODULES).parts
    return parts[0] if len(parts) > 1 and parts[0] != _KERNEL else None


def guard(connections: ConnectionHandler) -> None:
    """This puts a guard on each connection that there is, and on each that will be made.

    Django makes connections when they are first used, one a thread, and tells of them by a
    signal only, which comes with the first statement and by house rule is not listened to.
    The handler's factory is the one place that all of them come from, in requests, workers,
    commands and tests alike: none of those has to remember to switch the guard on.
    """
    wrapper = QueryGuard()
    make = connections.create_connection

    def make_guarded(alias: str) -> BaseDatabaseWrapper:
        connection = make(alias)
        connection.execute_wrappers.append(wrapper)
        return connection

    connections.create_connection = make_guarded  # type: ignore[method-assign]  # see above
    for connection in connections.all(initialized_only=True):
        connection.execute_wrappers.append(wrapper)
