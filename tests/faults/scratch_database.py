"""PostgreSQL databases that one test has for itself, under an alias of this process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.services.postgres import database_url

_numbers = count(1)


@contextmanager
def scratch_database(server: str) -> Iterator[str]:
    """This makes an empty database and drops it in the end; gives its URL."""
    name = f"quarry_faults_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield database_url(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            # Those who are still connected are part of what was broken.
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


@contextmanager
def aliased(alias: str, url: str) -> Iterator[str]:
    """This makes the database known to Django in this process; gives the alias."""
    parts = conninfo_to_dict(url)
    configured = connections.configure_settings(
        {
            "default": {},
            alias: {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parts["dbname"],
                "HOST": parts["host"],
                "PORT": parts.get("port", ""),
                "USER": parts["user"],
            },
        }
    )
    connections.settings[alias] = configured[alias]
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


def make_log_tables(alias: str) -> None:
    """This makes the tables of the log and nothing else; a module must be placed there."""
    call_command("migrate", "messaging", database=alias, verbosity=0)
