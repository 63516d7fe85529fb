"""The system as `make run` starts it, on a free port and with a database of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

ROOT = Path(__file__).resolve().parents[2]
#: The database in the folder that a system is given.
DATABASE = "quarry.sqlite3"
_STARTS_WITHIN = urllib3.Retry(total=150, backoff_factor=0.1, backoff_max=0.2)


@contextmanager
def running_system(var: Path, **more: str) -> Iterator[str]:
    """This runs the system with a demo catalogue and stock, and gives its address.

    Args:
        var: folder for its database, its mail and what it says.
        more: of its environment, for example ``DATABASE_URL``.
    """
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.development",
        "DATABASE_URL": f"sqlite:///{var}/{DATABASE}",
        "QUARRY_VAR": str(var),
        "QUARRY_DRIVER": "embedded",
        **more,
    }
    for command in (["migrate", "--verbosity=0"], ["load_demo_catalogue"], ["load_demo_stock"]):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True
        )
    port = _free_port()
    with (var / "server.log").open("w", encoding="utf-8") as said:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
            cwd=ROOT,
            env=environment,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            urllib3.request("GET", f"{address}/healthz", retries=_STARTS_WITHIN)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
