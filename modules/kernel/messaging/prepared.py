"""Cursors for the statements that run all the time, so that PostgreSQL plans them only once.

Django's own cursor writes the values into the SQL: each execution is a new text, to be parsed
and planned anew. How often a text must come before it is prepared is the connection's
``prepare_threshold``; without one this works too, and saves nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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


def fetch(database: str, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """This gives all rows of a query, prepared where the database can."""
    with cursor_of(database) as cursor:
        cursor.execute(query, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


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
