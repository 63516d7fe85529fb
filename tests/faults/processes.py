"""The processes that are killed: started with their own settings, each in a group of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.faults.waiting import wait_until

_ROOT = Path(__file__).resolve().parents[2]


class Process:
    """This is a command that runs beside the test, and all processes that it starts itself."""

    def __init__(
        self,
        arguments: Sequence[str],
        env: Mapping[str, str],
        output: Path,
        *,
        folder: Path = _ROOT,
    ) -> None:
        """
        Args:
            arguments: for Python, for example ``manage.py worker``.
            env: beside the environment of the test.
            output: where what it writes is appended.
            folder: of the code that it runs; by default this repository.
        """
        self.output = output
        with output.open("ab") as file:
            self._popen = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=folder,
                env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.faults.settings", **env},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """This is negative for the signal that has ended it; None while it runs."""
        return self._popen.returncode

    def is_running(self) -> bool:
        return self._popen.poll() is None

    def kill(self) -> None:
        """This ends it and its children at once, with no word to any of them."""
        self.send(signal.SIGKILL)
        self._popen.wait(30)

    def stop(self) -> None:
        """This asks it to end, and waits until it has."""
        self.send(signal.SIGTERM)
        try:
            self._popen.wait(30)
        finally:
            self.kill()

    def send(self, number: signal.Signals) -> None:
        """This sends a signal to it and its children."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def wait_for_output(self, text: str, *, times: int = 1) -> None:
        """This waits until it, and those that wrote there before, have written the text."""
        wait_until(
            lambda: self.output.read_text(errors="replace").count(text) >= times,
            what=f"{text!r} in what {self.output.name} says",
        )


def run_to_end(arguments: Sequence[str], env: Mapping[str, str], output: Path) -> None:
    """This runs a command and fails, with what it wrote, if it fails."""
    process = Process(arguments, env, output)
    try:
        wait_until(lambda: not process.is_running(), what=f"{arguments} ends", seconds=60)
    finally:
        process.kill()
    code = process.exit_code
    assert code == 0, f"{arguments} ended with {code}:\n{output.read_text(errors='replace')}"
