"""Databases for moves: made anew from templates in moments, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connections
from environs import Env

from tests.services.postgres import database_url

#: What the names of databases end with that are kept, by their side.
HERE_SUFFIX, THERE_SUFFIX = " here", " there"


@dataclass
class Databases:
    """This makes pairs of databases, each like the first, which is migrated.

    Attributes:
        server: of PostgreSQL; empty for SQLite.
        server_there: that of the service's database, where it is another. Both are then killed.
    """

    kind: str
    folder: Path
    server: str = ""
    server_there: str = ""
    _made: set[tuple[str, str]] = field(default_factory=set)
    _pid: int = field(default_factory=os.getpid)

    def url(self, name: str) -> str:
        if self.kind == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite3"
        return database_url(self._server_of(name), self._own(name))

    def migrate(self) -> None:
        """This makes the template, on each server."""
        if self.kind == "sqlite":
            _migrate(self.url("template"))
            return
        for server in dict.fromkeys([self.server, self.server_there or self.server]):
            own = self._own("template")
            self._create(server, own)
            _migrate(database_url(server, own))

    def renew(self, name: str, *, like: str = "template") -> str:
        """This makes a database anew, and gives its URL.

        Args:
            like: another one; empty for a database without tables.
        """
        if self.kind == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                (self.folder / f"{name}.sqlite3{suffix}").unlink(missing_ok=True)
                if (source := self.folder / f"{like}.sqlite3{suffix}").exists():
                    shutil.copy(source, self.folder / f"{name}.sqlite3{suffix}")
        else:
            server = self._server_of(name)
            _execute(server, f"DROP DATABASE IF EXISTS {self._own(name)} WITH (FORCE)")
            template = f" TEMPLATE {self._own(like)}" if like else ""
            self._create(server, f"{self._own(name)}{template}")
            if self.server_there:
                # Until then sequences of a copy go on without a word in the write-ahead log: a
                # server that is killed would give their numbers out again.
                _execute(server, "CHECKPOINT")
        return self.url(name)

    def drop(self) -> None:
        for server, name in self._made:
            _execute(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _create(self, server: str, what: str) -> None:
        _execute(server, f"CREATE DATABASE {what}")
        self._made.add((server, what.partition(" ")[0]))

    def _server_of(self, name: str) -> str:
        is_there = name == "service" or name.endswith(THERE_SUFFIX)
        return self.server_there if is_there and self.server_there else self.server

    def _own(self, name: str) -> str:
        return f"extraction_{name.replace(' ', '_')}_{self._pid}"


def _migrate(url: str) -> None:
    with default_database(url):
        call_command("migrate", verbosity=0)


def _execute(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def default_database(url: str) -> Iterator[None]:
    """This has `default` be another database inside the block."""
    before = connections.settings["default"]
    read: dict[str, Any] = Env().dj_db_url("QUARRY_NOWHERE", default=url)
    options = dict(before.get("OPTIONS", {})) if before["ENGINE"] == read["ENGINE"] else {}
    options.pop("options", None)  # Servers are killed here: commits wait for the disk.
    if "sqlite" in read["ENGINE"]:
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20}
        options["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    read["OPTIONS"] = {**options, **read.get("OPTIONS", {})}
    _replace_default(connections.configure_settings({"default": read})["default"])
    try:
        yield
    finally:
        _replace_default(before)


def _replace_default(configured: dict[str, Any]) -> None:
    connections["default"].close()
    del connections["default"]
    connections.settings["default"] = configured
