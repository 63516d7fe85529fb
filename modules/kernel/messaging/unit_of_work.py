"""The write side's one transaction: a module's changes and its messages, together or not at all.

    with unit_of_work("payments") as work:
        payment.capture()
        payment.save()
        work.append(PaymentCaptured(order_id=…, …))

Called by use cases; calls the database. Keeps P2 (state and messages together) and the
part of P1 that says no transaction spans two modules.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import IntegrityError, connections, transaction

from modules.kernel.contracts import Kind, contract_of, new_id
from modules.kernel.messaging import write_tokens
from modules.kernel.messaging.catalogue import encode
from modules.kernel.messaging.context import headers_of_current_work
from modules.kernel.messaging.envelope import partition_of
from modules.kernel.messaging.insertion import Row
from modules.kernel.messaging.limits import connection_budget, limit_statements
from modules.kernel.messaging.pending import P, Pending
from modules.kernel.messaging.pulse import wake
from modules.kernel.messaging.writer_turn import writer_turn
from modules.kernel.placements import refuse_if_moved

_current: ContextVar[UnitOfWork | None] = ContextVar("quarry_unit_of_work", default=None)


class TransactionSpansModules(RuntimeError):
    """This says that one module opened its transaction inside another module's."""


class OutsideTransaction(RuntimeError):
    """This says that a message was appended after its unit of work had ended."""


class StreamConflict(Exception):
    """This says that another writer appended to the stream first: load it again, decide anew."""

    def __init__(self, stream: str, expected_version: int) -> None:
        super().__init__(f"{stream} has moved past version {expected_version}")
        self.stream = stream
        self.expected_version = expected_version


class UnitOfWork:
    """This is one transaction of one module, and the only way to append to the log."""

    def __init__(self, module: str, database: str) -> None:
        self.module = module
        self.database = database
        # Looked up once: each look-up costs as much as encoding a message.
        self._connection = connections[database]
        self._pending = Pending(self._connection)
        self._told_late: list[tuple[str, int]] = []
        self._open = True

    def append(
        self,
        message: object,
        *,
        message_id: uuid.UUID | None = None,
        request_id: str | None = None,
        effective_at: datetime | None = None,
    ) -> uuid.UUID:
        """This appends one message and gives its id.

        Args:
            message_id: where the id must be the same on every attempt; else a new UUIDv7.
            request_id: the command that an answer will refer to; by default that of the
                present work.
            effective_at: when the fact came into force, if not now.

        Raises:
            OutsideTransaction: the unit of work has ended.
            ValueError: an event of another module.
        """
        made = message_id or new_id()
        headers = _headers(request_id)
        self._add(self._row(message, made, None, None, headers, effective_at))
        return made

    def append_all(self, messages: Sequence[object]) -> None:
        """This appends many messages, in their order."""
        headers = _headers(None)
        for message in messages:
            self._add(self._row(message, new_id(), None, None, headers, None))

    def append_to_stream(
        self,
        stream: str,
        messages: Sequence[object],
        *,
        expected_version: int,
        effective_at: datetime | None = None,
    ) -> int:
        """This appends to an event-sourced stream and gives its new version.

        Args:
            expected_version: the version that the decision was made on; 0 for a new stream.

        Raises:
            StreamConflict: the stream is not at `expected_version` any more; the whole unit
                of work is to be repeated.
        """
        headers = _headers(None)
        rows = [
            self._row(message, new_id(), stream, expected_version + n, headers, effective_at)
            for n, message in enumerate(messages, start=1)
        ]
        for row in rows:
            self._add(row)
        if self._pending.is_inside_savepoint:
            # Written now, a rollback to the savepoint would take back what was appended before
            # it. So a conflict is told at the end of the transaction.
            self._told_late.append((stream, expected_version))
        else:
            try:
                self.write_now()
            except IntegrityError as error:
                raise StreamConflict(stream, expected_version) from error
        return expected_version + len(rows)

    def schedule(
        self,
        message: object,
        *,
        after: timedelta,
        message_id: uuid.UUID | None = None,
        request_id: str | None = None,
    ) -> uuid.UUID:
        """This appends the message once `after` has passed by the database's clock.

        Args:
            message_id: where it must be the same on every attempt; else a new UUIDv7. Of an id
                that the log has by then nothing is appended: the message was there already.
                While one of the id is still waiting, a second is an IntegrityError.

        Returns:
            The id with which it can be cancelled until then.
        """
        self._refuse_when_closed()
        contract = contract_of(message)
        key = str(getattr(message, contract.key))
        made = message_id or new_id()
        values = (
            made,
            self.module,
            contract.name,
            contract.version,
            key,
            partition_of(key),
            encode(message),
            _headers(request_id),
        )
        self._pending.schedule((after, values))
        return made

    def cancel(self, message_id: uuid.UUID) -> None:
        """This cancels a scheduled message, unless it has been due already."""
        self._refuse_when_closed()
        self._pending.cancel(message_id)

    def write_now(self) -> None:
        """This writes what would be written at the end, for statements that are to see it.

        Raises:
            RuntimeError: inside a savepoint, with which what came before it might be lost.
        """
        self._refuse_when_closed()
        if self._pending.is_inside_savepoint:
            raise RuntimeError("write before the savepoint begins: a rollback to it would lose it")
        self._pending.write()

    def put_off(self, kind: type[P], make: Callable[[], P]) -> P:
        """This gives what has `write` called at the end of the transaction, one of its kind."""
        self._refuse_when_closed()
        return self._pending.put_off(kind, make)

    def after_commit(self, action: Callable[[], None]) -> None:
        """This runs `action` once the transaction has committed; never after a rollback."""
        transaction.on_commit(action, using=self.database)

    def _row(
        self,
        message: object,
        message_id: uuid.UUID,
        stream: str | None,
        stream_version: int | None,
        headers: str,
        effective_at: datetime | None,
    ) -> Row:
        contract = contract_of(message)
        if contract.kind is Kind.EVENT and contract.module != self.module:
            raise ValueError(
                f"{self.module} cannot publish {contract.name}: it is a fact of {contract.module}"
            )
        key = str(getattr(message, contract.key))
        return (
            message_id,
            self.module,
            contract.name,
            contract.version,
            key,
            partition_of(key),
            stream,
            stream_version,
            encode(message),
            headers,
            effective_at,
        )

    def _add(self, row: Row) -> None:
        self._refuse_when_closed()
        self._pending.append(row)

    def _write_at_end(self, *, commit: bool) -> None:
        try:
            self._pending.write(commit=commit)
        except IntegrityError as error:
            if self._told_late:
                raise StreamConflict(*self._told_late[0]) from error
            raise

    def _refuse_when_closed(self) -> None:
        if not self._open:
            raise OutsideTransaction(
                f"the unit of work of {self.module} has ended: append inside its `with` block"
            )


@contextmanager
def unit_of_work(module: str) -> Iterator[UnitOfWork]:
    """This opens the module's transaction, or joins the one that is open.

    Raises:
        TransactionSpansModules: another module's transaction is open around it. Ask by a
            command message, or read before the transaction begins.
        ConnectionBudgetSpent: the module has as many transactions open as it may.
        Moved: this deployable is not in charge of the module (any more, or not yet).
    """
    around = _current.get()
    if around is not None:
        if around.module != module:
            raise TransactionSpansModules(
                f"{module} opened a transaction inside one of {around.module}; "
                "a transaction belongs to one module: send a command, or read before it begins"
            )
        yield around
        return
    refuse_if_moved(module)
    database = database_of_module(module)
    connection = connections[database]
    # A test may have a transaction around all of it.
    is_outermost = not connection.in_atomic_block
    with (
        connection_budget(module),
        writer_turn(database),
        transaction.atomic(using=database),
    ):
        work = UnitOfWork(module, database)
        limit_statements(module, database)
        token = _current.set(work)
        try:
            with work._pending.watched():
                yield work
            # Whoever collects write tokens has one more question to the transaction.
            commit = is_outermost and not (connection.needs_rollback or write_tokens.is_wanted())
            work._write_at_end(commit=commit)
            if work._pending.has_written_messages:
                write_tokens.note(database)
                transaction.on_commit(lambda: wake(database), using=database)
        finally:
            _current.reset(token)
            work._open = False


def database_of_module(module: str) -> str:
    """This gives the alias of the database that holds the module's tables and its log."""
    alias: str = settings.QUARRY_DATABASES.get(module, "default")
    return alias


def present_work() -> UnitOfWork:
    """This gives the unit of work that is open here. Raises: OutsideTransaction."""
    work = _current.get()
    if work is None:
        raise OutsideTransaction("there is no unit of work open: begin one around this")
    return work


def module_of_current_transaction() -> str | None:
    """This gives the module whose unit of work is open here, or None."""
    work = _current.get()
    return work.module if work else None


def _headers(request_id: str | None) -> str:
    headers = headers_of_current_work()
    if request_id is not None:
        headers["requestid"] = request_id
    return msgspec.json.encode(headers).decode() if headers else "{}"
