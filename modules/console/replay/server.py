"""A server of the replay's own: this deployable, on a free port, with a new SQLite database.

Started as a process of its own, so that a replay always goes over real HTTP; and so that a
test can kill it and start it again on the same port and database.
"""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from django.conf import settings

from modules.console.replay.client import Client, ReplayError, Unreachable

_READY_WITHIN_SECONDS = 60
_STOPPED_WITHIN_SECONDS = 10


class ServerFailed(ReplayError):
    """This says that the server did not start, with the end of its log."""


class DisposableServer:
    """This is a development server whose state is a folder.

    Attributes:
        folder: holds the database and the log ``server.log``.
        port: on 127.0.0.1; stays the same over restarts.
    """

    def __init__(self, *, manage: Path, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._manage = manage
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def start(self) -> None:
        """This migrates the database, starts the server and waits until it answers.

        Raises:
            ServerFailed: it could not be migrated or started.
        """
        with self.log.open("ab") as log:
            migrated = subprocess.run(
                self._command("migrate", "--verbosity", "0"),
                env=self._environment(),
                stdout=log,
                stderr=log,
                check=False,
            )
            if migrated.returncode != 0:
                raise ServerFailed(f"the database could not be migrated:\n{self._end_of_log()}")
            self._process = subprocess.Popen(
                self._command("runserver", "--noreload", f"127.0.0.1:{self.port}"),
                env=self._environment(),
                stdout=log,
                stderr=log,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """This stops the server, by force where asking does not help."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOPPED_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """This ends the server with SIGKILL: nothing is finished, nothing is flushed."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        client = Client(self.base_url, patience_seconds=0)
        give_up_at = time.monotonic() + _READY_WITHIN_SECONDS
        while True:
            try:
                client.get("/readyz")
            except Unreachable:
                if self._process.poll() is not None:
                    raise ServerFailed(f"the server ended:\n{self._end_of_log()}") from None
                if time.monotonic() > give_up_at:
                    raise ServerFailed(
                        f"the server is not ready after {_READY_WITHIN_SECONDS} s:\n"
                        f"{self._end_of_log()}"
                    ) from None
                time.sleep(0.1)
            else:
                client.close()
                return

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self._manage), *arguments]

    def _environment(self) -> dict[str, str]:
        # A module's own database in the caller's environment is a real one: it is not to be
        # filled with a replay, so all of them are taken out, not only DATABASE_URL.
        inherited = {
            name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")
        }
        return {
            **inherited,
            "DJANGO_SETTINGS_MODULE": "config.settings.development",
            "DATABASE_URL": f"sqlite:///{self.folder / 'replay.sqlite3'}",
            "QUARRY_VAR": str(self.folder),
            "QUARRY_DRIVER": "embedded",
            # Its keys are those of this process, whose tokens it is to take.
            "QUARRY_TOKEN_KEYS": str(Path(settings.QUARRY_TOKEN_KEYS).resolve()),
            "PYTHONUNBUFFERED": "1",
        }

    def _end_of_log(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
