"""Databases made for a benchmark on a real server, migrated, and dropped afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.services.postgres import database_url, embedded_postgres, running_postgres
from tests.services.rule import ServiceMissing


@contextmanager
def postgres_server() -> Iterator[str]:
    """This gives the URL of the running server or, without one, of PostgreSQL 18 from PyPI.

    Raises:
        ServiceMissing: this machine has neither.
    """
    try:
        server = running_postgres()
    except ServiceMissing:
        with embedded_postgres() as started:
            yield started
    else:
        yield server


def migrate(url: str) -> None:
    """This makes all of the system's tables, and those of the benchmarks."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
    }
    command = (sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity", "0")
    subprocess.run(command, env=environment, check=True)


class Database:
    """This is one database of a benchmark, with all of the system's tables.

    Args:
        like: another to begin as a copy of, to which nobody is connected; by default one is
            migrated.
    """

    def __init__(self, server: str, name: str, *, like: str = "") -> None:
        self.url = database_url(server, f"benchmark_{name}_{os.getpid()}")
        self._server = server
        self._name = self.url.rsplit("/", 1)[1]
        self._like = like

    def __enter__(self) -> Database:
        self._on_server(f"CREATE DATABASE {self._name} TEMPLATE {self._like or 'template1'}")
        if not self._like:
            migrate(self.url)
        self._connection = psycopg.connect(self.url, autocommit=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._on_server(f"DROP DATABASE {self._name} WITH (FORCE)")

    def let_go(self) -> str:
        """This closes the connection, and gives the name, for one that is to be like it."""
        self._connection.close()
        return self._name

    def execute(self, statement: str, values: Sequence[object] = ()) -> None:
        """This runs a statement in a transaction of its own."""
        self._connection.execute(statement.encode(), values)

    def execute_named(self, statement: str, values: Mapping[str, object]) -> None:
        """This runs a statement whose values have names."""
        self._connection.execute(statement.encode(), values)

    def row(self, query: str, values: Sequence[object] = ()) -> tuple[Any, ...]:
        """This gives the one row of a query."""
        found = self._connection.execute(query.encode(), values).fetchone()
        assert found is not None, query
        return found

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """This gives all rows of a query."""
        return self._connection.execute(query.encode(), values).fetchall()

    def _on_server(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement.encode())
