"""Starts a command that serves HTTP, waits until it answers, and ends it with all its children."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_LOOK_AGAIN_SECONDS = 0.05


def free_port() -> int:
    """This gives a port on 127.0.0.1 that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(
    command: list[str],
    *,
    url: str,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    within_seconds: float,
) -> Iterator[float]:
    """This runs the command while the block runs, and gives the seconds until `url` answered.

    Raises:
        AssertionError: it ended, or did not answer in time; with what it printed.
    """
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        while not _answers(url):
            assert process.poll() is None, f"it ended:\n{log.read_text()}"
            waited = time.monotonic() - began
            assert waited < within_seconds, f"no answer in {waited:.0f} s:\n{log.read_text()}"
            time.sleep(_LOOK_AGAIN_SECONDS)
        yield time.monotonic() - began
    finally:
        # The group: make, the reloader and its child would each leave the others behind.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
