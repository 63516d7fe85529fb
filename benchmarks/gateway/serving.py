"""The servers: granian as the container starts it, with the front door and without."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import urllib3

from benchmarks import tokens
from tests.services.own_brokers import free_port

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
#: A limit that is counted, and never met.
PLAN, LIMIT = "bench", "6000000/minute"

_READY_WITHIN_SECONDS = 60.0


@contextmanager
def django(
    folder: Path,
    database_url: str,
    told: Mapping[str, str] = {},
    *,
    settings: str = "benchmarks.settings",
    workers: int = WORKERS,
) -> Iterator[str]:
    """This serves Quarry, and gives its URL. `told` are variables of its environment."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-access-log"]
    command += ["--workers", str(workers), "--port", str(port), "config.wsgi:application"]
    environment = {**_environment(folder, database_url), "DJANGO_SETTINGS_MODULE": settings, **told}
    with running(command, environment, folder / f"django-{port}.log", f"{port}/healthz") as url:
        yield url


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if "DATABASE_URL" not in name},
        **tokens.environment(folder),
        "DATABASE_URL": database_url,
        "DATABASE_CONNECTIONS": "20",  # As in production: a pool, and no connection a request.
        "QUARRY_VAR": str(folder),
        "QUARRY_ACCESS_LOG": "true",  # As in production, too; Envoy writes one.
        "QUARRY_LOGS": "json",
        "QUARRY_PLANS": f'{{"{PLAN}": "{LIMIT}"}}',
    }


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], log: Path, ready: str
) -> Iterator[str]:
    """This runs a server until the block ends, and gives its URL once it is ready.

    Args:
        ready: port and path that are asked until they answer with 200.
    """
    port, _, path = ready.partition("/")
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file, cwd=ROOT)
    try:
        wait_until(
            lambda: urllib3.request("GET", f"{url}/{path}", retries=False).status == 200,
            or_else=lambda: f"{command[0]} is not ready:\n{log.read_text()[-4000:]}",
        )
        yield url
    finally:
        process.terminate()
        process.wait()


def wait_until(holds: Callable[[], bool], *, or_else: Callable[[], str]) -> None:
    """This waits for something. Raises: RuntimeError, with what `or_else` gives."""
    give_up_at = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < give_up_at:
        try:
            if holds():
                return
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.1)
    raise RuntimeError(or_else())
