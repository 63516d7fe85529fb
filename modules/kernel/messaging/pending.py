"""What a unit of work is still to write: messages, schedules, and what others put off.

Written together at the end of the transaction: a statement a kind instead of one a message,
and on PostgreSQL one round trip for all of them and the commit. A rollback to a savepoint takes
back what was added since, and no more.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from typing import Any, Protocol, TypeAlias, TypeVar, cast

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from modules.kernel.messaging.arrays import array_of, text_array_of
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.insertion import Row, insert
from modules.kernel.messaging.prepared import pipelined, prepared_cursor

#: After how long it is due, and the other values in the order of `_SCHEDULED`.
Due: TypeAlias = tuple[timedelta, tuple[Any, ...]]

_SCHEDULED = "message_id, source, name, schema_version, key, part, data, headers"
#: One text however many there are, so that PostgreSQL plans it once.
_SCHEDULE = (
    f"INSERT INTO messaging_scheduled ({_SCHEDULED}, due_at) SELECT {_SCHEDULED},"
    " clock_timestamp() + seconds * interval '1 second' FROM unnest(%s::uuid[], %s::text[],"
    " %s::text[], %s::int[], %s::text[], %s::int[], %s::text[], %s::text[], %s::float8[])"
    f" AS due ({_SCHEDULED}, seconds)"
)
_CANCEL = "DELETE FROM messaging_scheduled WHERE message_id = ANY(%s::uuid[])"


class PutOff(Protocol):
    """This is something of a module's own that is written at the end of a unit of work."""

    def write(self, connection: BaseDatabaseWrapper) -> None:
        """This writes it; on PostgreSQL its statements' results come later."""

    def meaning_of(self, error: Exception) -> Exception | None:
        """This gives what an error of the database means, where it is one of its own."""

    def mark(self) -> object:
        """This remembers what is to be written now, for `back`."""

    def back(self, mark: Any) -> None:
        """This takes back all that was added since the mark."""


P = TypeVar("P", bound=PutOff)


class Pending:
    """This is what one unit of work is still to write.

    Attributes:
        has_written_messages: the log is to be looked at when this has been committed.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.has_written_messages = False
        self._connection = connection
        self._rows: list[Row] = []
        self._due: list[Due] = []
        self._cancelled: list[uuid.UUID] = []
        self._put_off: dict[type[Any], Any] = {}
        self._marks: dict[str, tuple[int, int, int, dict[type[Any], object]]] = {}

    @property
    def is_inside_savepoint(self) -> bool:
        """This tells whether what was added may still be taken back."""
        return bool(self._marks)

    def append(self, row: Row) -> None:
        """This adds a message."""
        self._rows.append(row)

    def schedule(self, due: Due) -> None:
        """This adds a message for later."""
        self._due.append(due)

    def cancel(self, message_id: uuid.UUID) -> None:
        """This adds the end of a message for later."""
        self._cancelled.append(message_id)

    def put_off(self, kind: type[P], make: Callable[[], P]) -> P:
        """This gives the one of its kind, made when there is none."""
        if kind not in self._put_off:
            self._put_off[kind] = make()
        return cast(P, self._put_off[kind])

    def write(self, *, commit: bool = False) -> None:
        """This writes everything.

        Args:
            commit: the transaction ends here: on PostgreSQL that is said in the same breath.
        """
        put_off, self._put_off = list(self._put_off.values()), {}
        rows, self._rows = self._rows, []
        due, self._due = self._due, []
        cancelled, self._cancelled = self._cancelled, []
        if not (put_off or rows or due or cancelled):
            return
        commit = commit and self._connection.vendor == "postgresql"
        statements = len(put_off) + bool(rows) + bool(due) + bool(cancelled) + commit
        with self._meant(put_off), self._together(statements):
            for one in put_off:
                one.write(self._connection)
            if due:
                self._write_due(due)
            if cancelled:
                # After what is due: one may be cancelled by who has scheduled it.
                self._write_cancelled(cancelled)
            if rows:
                self.has_written_messages = True
                insert(self._connection, rows)
            if commit:
                with prepared_cursor(self._connection) as cursor:
                    cursor.execute("COMMIT")

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Inside this, what was added follows the savepoints."""
        with self._connection.execute_wrapper(self._follow_savepoints):
            yield

    def _follow_savepoints(
        self, execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        done = execute(sql, params, many, context)
        if isinstance(sql, str):
            if sql.startswith("SAVEPOINT "):
                put_off = {kind: one.mark() for kind, one in self._put_off.items()}
                lengths = len(self._rows), len(self._due), len(self._cancelled)
                self._marks[sql.rpartition(" ")[2]] = (*lengths, put_off)
            elif sql.startswith("ROLLBACK TO SAVEPOINT "):
                self._back(sql.rpartition(" ")[2])
            elif sql.startswith("RELEASE SAVEPOINT "):
                self._marks.pop(sql.rpartition(" ")[2], None)
        return done

    def _back(self, savepoint: str) -> None:
        if savepoint not in self._marks:
            return
        rows, due, cancelled, put_off = self._marks[savepoint]
        del self._rows[rows:], self._due[due:], self._cancelled[cancelled:]
        for kind, one in list(self._put_off.items()):
            if kind in put_off:
                one.back(put_off[kind])
            else:
                del self._put_off[kind]

    @contextmanager
    def _meant(self, put_off: Sequence[PutOff]) -> Iterator[None]:
        """Inside this, errors are what they mean to who put something off."""
        try:
            yield
        except DatabaseError as error:
            for one in put_off:
                meant = one.meaning_of(error)
                if meant is not None:
                    raise meant from error
            raise

    def _together(self, statements: int) -> AbstractContextManager[None]:
        if statements == 1 or self._connection.vendor != "postgresql":
            return nullcontext()
        return pipelined(self._connection)

    def _write_due(self, due: list[Due]) -> None:
        if self._connection.vendor == "postgresql":
            ids, sources, names, versions, keys, parts, data, headers = zip(
                *(values for _, values in due), strict=True
            )
            columns = [
                array_of(ids),
                text_array_of(sources),
                text_array_of(names),
                array_of(versions),
                text_array_of(keys),
                array_of(parts),
                text_array_of(data),
                text_array_of(headers),
                array_of(after.total_seconds() for after, _ in due),
            ]
            with prepared_cursor(self._connection) as cursor:
                cursor.execute(_SCHEDULE, columns)
            return
        with self._connection.cursor() as cursor:
            for after, (message_id, *rest) in due:
                at = now_sql(self._connection.alias, plus_seconds=after.total_seconds())
                cursor.execute(
                    f"INSERT INTO messaging_scheduled ({_SCHEDULED}, due_at)"
                    f" VALUES (%s, %s, %s, %s, %s, %s, %s, %s, {at})",
                    [message_id.hex, *rest],
                )

    def _write_cancelled(self, cancelled: list[uuid.UUID]) -> None:
        if self._connection.vendor == "postgresql":
            with prepared_cursor(self._connection) as cursor:
                cursor.execute(_CANCEL, [array_of(cancelled)])
            return
        marks = ", ".join(["%s"] * len(cancelled))
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM messaging_scheduled WHERE message_id IN ({marks})",
                [one.hex for one in cancelled],
            )
