"""The two deployables of the demo: this repository, and the service that is written from it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from config.settings.deployable import ALL_MODULES
from modules.kernel.extraction.writing.verify import clean
from modules.kernel.interfaces.tokens import make_keys
from tests.project.serving import free_port, serving
from tests.services.brokers import remove_from_rabbitmq, running_rabbitmq
from tests.services.own_brokers import own_tansu
from tests.services.rule import ServiceMissing

ROOT = Path(__file__).resolve().parents[3]
MODULE = "payments"
_MONOLITH = "monolith"
_STARTS_WITHIN_SECONDS = 90


class DemoFailed(Exception):
    """This says which command of the demo failed, with what it printed."""


class Deployable:
    """This is one of the two: a folder of code, an environment, and a server.

    Attributes:
        database: a SQLite file, as a URL.
        url: where it answers while it is served.
    """

    def __init__(self, code: Path, folder: Path, environment: Mapping[str, str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.database = f"sqlite:///{folder / 'quarry.sqlite3'}"
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        self._address = f"127.0.0.1:{port}"
        self._code = code
        self._log = folder / "server.log"
        self._environment = {
            **clean(os.environ),
            **environment,
            "DJANGO_SETTINGS_MODULE": "config.settings.development",
            "QUARRY_DRIVER": "embedded",
            "QUARRY_VAR": str(folder),
            "DATABASE_URL": self.database,
        }

    def manage(self, *arguments: str) -> str:
        """This runs a command of manage.py and gives what it prints. Raises: DemoFailed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self._code,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DemoFailed(f"manage.py {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def served(self) -> Iterator[None]:
        """This serves it, with its message threads, inside the block."""
        with serving(
            [sys.executable, "manage.py", "runserver", "--noreload", self._address],
            url=f"{self.url}/readyz",
            folder=self._code,
            environment=self._environment,
            log=self._log,
            within_seconds=_STARTS_WITHIN_SECONDS,
        ):
            yield


@contextmanager
def a_broker(prefix: str) -> Iterator[tuple[str, str]]:
    """This gives the name and URL of RabbitMQ if it runs here, else of a broker of its own.

    What has been kept under the prefix is gone afterwards.
    """
    try:
        url = running_rabbitmq()
    except ServiceMissing:
        with own_tansu() as port:
            yield "kafka", f"kafka://127.0.0.1:{port}?partitions=8"
        return
    try:
        yield "rabbitmq", url
    finally:
        remove_from_rabbitmq(url, prefix=prefix, deployables=(_MONOLITH, MODULE))


def monolith(folder: Path, prefix: str) -> tuple[Deployable, Mapping[str, str]]:
    """This gives this repository as a deployable, and what the service is told as well.

    Args:
        prefix: of all that the broker keeps.
    """
    for module in ALL_MODULES:
        make_keys(folder / "keys", module)
    shared = {
        "QUARRY_INTERNAL_KEYS": str(folder / "keys"),
        "QUARRY_BROKER_PREFIX": prefix,
    }
    told = {**shared, "QUARRY_DEPLOYABLE": _MONOLITH}
    return Deployable(ROOT, folder / _MONOLITH, told), shared


def service(code: Path, folder: Path, shared: Mapping[str, str], *, broker: str) -> Deployable:
    """This gives a written service as a deployable; its own settings say what it has."""
    return Deployable(code, folder / "service", {**shared, "QUARRY_BROKER_URL": broker})
