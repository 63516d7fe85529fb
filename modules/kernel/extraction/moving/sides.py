"""The two sides of a move: a database each, reached from this process."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.db import connections, transaction
from environs import Env

from modules.kernel.extraction.moving.errors import NotReady, OtherMover, Unreachable
from modules.kernel.messaging.writer_turn import writer_turn

#: The alias under which the service's database is known while this process moves a module.
SERVICE = "extraction_service"

#: The log of a deployable, as those who go through it name it.
SOURCE = "default"

T = TypeVar("T")

_MOVER_LOCK = 0x6D6F7665  # "move"
#: Whether this session has it. The system view shows both halves of the key without a sign.
_HAS_LOCK = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted"
    " AND classid::bigint = %s AND objid::bigint = hashtext(%s)::bigint & 4294967295"
)
#: How long what a lost connection was at may take to end, and how often that is looked at.
_LOST_SECONDS = 30.0
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """This is one deployable's database.

    Attributes:
        alias: of the connection.
        name: for people.
    """

    alias: str
    name: str

    @property
    def is_postgresql(self) -> bool:
        return connections[self.alias].vendor == "postgresql"

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """This gives all rows of a query."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(sql, list(values))
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """This gives the first value of the first row; None without one."""
        rows = self.query(sql, values)
        return rows[0][0] if rows else None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """This executes a statement, and gives how many rows it changed."""
        with connections[self.alias].cursor() as cursor:
            cursor.execute(sql, list(values))
            return int(cursor.rowcount)

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """This executes a statement for each of many rows."""
        if rows:
            with connections[self.alias].cursor() as cursor:
                cursor.executemany(sql, rows)

    @contextmanager
    def transaction(self, *, snapshot: bool = False) -> Iterator[None]:
        """This is a transaction, of one snapshot where that is asked for.

        On SQLite it has the turn to write: what is read in it is of one moment anyway.
        """
        with writer_turn(self.alias), transaction.atomic(using=self.alias):
            if snapshot and self.is_postgresql:
                self.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield

    @contextmanager
    def by_index(self) -> Iterator[None]:
        """This has the queries inside the block go by indexes, where the planner can be told.

        For those that look at the few rows that came last, while callers wait: of a bound that it
        does not see the planner takes a third of the table, and goes through all of it.
        """
        if not self.is_postgresql:
            yield
            return
        with self.transaction():
            self.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;"
                " SET LOCAL enable_mergejoin = off; SET LOCAL jit = off"
            )
            yield

    def gather_statistics(self, tables: Iterable[str]) -> None:
        """This has the planner know tables that were filled just now."""
        if self.is_postgresql:
            for table in tables:
                self.execute(f"ANALYZE {table}")

    def tables(self) -> set[str]:
        """This gives the names of all tables that there are."""
        connection = connections[self.alias]
        with connection.cursor() as cursor:
            return set(connection.introspection.table_names(cursor))

    def close(self) -> None:
        connections[self.alias].close()


@contextmanager
def service_side(url: str, *, name: str) -> Iterator[Side]:
    """This reaches the service's database inside the block.

    Raises:
        NotReady: it is not of the same kind as the one here.
        Unreachable: it does not answer.
    """
    read: dict[str, Any] = Env().dj_db_url("QUARRY_NOWHERE", default=url)
    here = connections.settings["default"]
    if _kind(read) != _kind(here):
        raise NotReady(
            f"the database of the service is {_kind(read)}, the one here {_kind(here)}: "
            "give --to-database one of the same kind"
        )
    options = {name: value for name, value in here.get("OPTIONS", {}).items() if name != "pool"}
    read["OPTIONS"] = {**options, **read.get("OPTIONS", {})}
    connections.settings[SERVICE] = connections.configure_settings({"default": {}, SERVICE: read})[
        SERVICE
    ]
    side = Side(alias=SERVICE, name=name)
    try:
        try:
            side.query("SELECT 1")
        except Exception as error:
            raise Unreachable(
                f"the database of the service cannot be reached ({error}): check --to-database"
            ) from error
        yield side
    finally:
        side.close()
        del connections[SERVICE]
        del connections.settings[SERVICE]


def portions(of: Sequence[T], size: int = 500) -> Iterator[Sequence[T]]:
    """This gives many things a portion at a time."""
    for start in range(0, len(of), size):
        yield of[start : start + size]


def _kind(database: dict[str, Any]) -> str:
    return "SQLite" if "sqlite" in database["ENGINE"] else "PostgreSQL"


@contextmanager
def only_mover(here: Side, module: str) -> Iterator[None]:
    """This refuses a second mover of the module; a lock that dies with its process.

    Raises:
        OtherMover: there is one.
    """
    if here.is_postgresql:
        _take_lock(here, module)
        try:
            yield
        finally:
            here.query("SELECT pg_advisory_unlock(%s, hashtext(%s))", [_MOVER_LOCK, module])
        return
    path = Path(f"{connections.settings[here.alias]['NAME']}.{module}.moving")
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _refusal(module) from None
        yield


def still_only_mover(here: Side, module: str) -> None:
    """This takes the lock again where it went with a connection that was lost.

    What that connection was at may still be under way: its lock is waited for, a while.

    Raises:
        OtherMover: another process has it.
    """
    if not here.is_postgresql or here.value(_HAS_LOCK, [_MOVER_LOCK, module]):
        return None
    until = time.monotonic() + _LOST_SECONDS
    while True:
        try:
            return _take_lock(here, module)
        except OtherMover:
            if time.monotonic() > until:
                raise
            time.sleep(_LOOK_SECONDS)


def _take_lock(here: Side, module: str) -> None:
    if not here.value("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [_MOVER_LOCK, module]):
        raise _refusal(module)


def _refusal(module: str) -> OtherMover:
    return OtherMover(
        f"another process moves {module} at the moment: wait for it, or end it and --resume"
    )
