"""The databases of a topology: SQLite files, or databases of the server that the tests run on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.services.postgres import database_url


@contextmanager
def databases_of(folder: Path, *, server: str | None = None) -> Iterator[Callable[[str], str]]:
    """This gives the URL of each process's database by its name; they are gone afterwards.

    Args:
        server: of PostgreSQL, or empty for files; by default what the tests run on.
    """
    server = os.environ.get("DATABASE_URL", "") if server is None else server
    if not server.startswith("postgres"):
        yield lambda name: f"sqlite:///{folder / name}.sqlite3"
        return
    made: list[str] = []

    def url_of(name: str) -> str:
        own = f"topology_{name}_{os.getpid()}"
        if own not in made:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {own}".encode())
            made.append(own)
        return database_url(server, own)

    try:
        yield url_of
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            for own in made:
                connection.execute(f"DROP DATABASE {own} WITH (FORCE)".encode())
