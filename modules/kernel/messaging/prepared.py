"""Cursors for the statements that run all the time, so that PostgreSQL plans them only once.

Django's own cursor writes the values into the SQL: each execution is a new text, to be parsed
and planned anew. How often a text must come before it is prepared is the connection's
``prepare_threshold``; without one this works too, and saves nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def prepared_cursor(connection: BaseDatabaseWrapper) -> Iterator[psycopg.Cursor[Any]]:
    """This gives a cursor whose statements are prepared; errors are Django's, as elsewhere."""
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


@contextmanager
def pipelined(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Inside this, PostgreSQL is waited for at the end, and not after each statement.

    Nor for the BEGIN, where these are the first statements of a transaction.
    """
    connection.ensure_connection()
    begins = _is_to_begin(connection)
    if begins:
        # The driver would wait for a BEGIN of its own. It makes none while it commits by itself,
        # which changes nothing in a transaction that has begun.
        connection.connection.autocommit = True
    with connection.wrap_database_errors:
        try:
            with connection.connection.pipeline():
                if begins:
                    psycopg.Cursor(connection.connection).execute("BEGIN")
                yield
        except psycopg.errors.PipelineAborted as aborted:
            # What matters is what it was aborted for.
            cause = aborted.__context__
            raise (cause if isinstance(cause, psycopg.Error) else aborted) from None


def fetch(database: str, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """This gives all rows of a query, prepared where the database can."""
    connection = connections[database]
    with cursor_of(database) as cursor:
        begins = connection.vendor == "postgresql" and _is_to_begin(connection)
        with pipelined(connection) if begins else nullcontext():
            cursor.execute(query, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _is_to_begin(connection: BaseDatabaseWrapper) -> bool:
    """This tells whether a transaction is open that the server has not heard of yet."""
    raw = connection.connection
    return (
        connection.in_atomic_block
        and raw is not None
        and not raw.autocommit
        and raw.info.transaction_status is psycopg.pq.TransactionStatus.IDLE
    )


@contextmanager
def cursor_of(database: str) -> Iterator[Any]:
    """This gives a prepared cursor on PostgreSQL, and Django's own elsewhere."""
    connection = connections[database]
    if connection.vendor == "postgresql":
        with prepared_cursor(connection) as prepared:
            yield prepared
    else:
        with connection.cursor() as cursor:
            yield cursor
