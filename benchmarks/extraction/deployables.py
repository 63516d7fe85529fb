"""A monolith and a service as in production: granian, PostgreSQL each, RabbitMQ between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from benchmarks import tokens
from benchmarks.extraction.past import make_past
from benchmarks.harness import Crew, Database
from modules.kernel.interfaces.tokens import make_keys
from tests.services.brokers import remove_from_rabbitmq
from tests.services.own_brokers import free_port

MODULE = "payments"

_ROOT = Path(__file__).resolve().parents[2]
_MODULES = ("ordering", MODULE, "inventory", "shipping", "catalog", "notifications")
_READY_WITHIN_SECONDS = 60.0
#: A caller who waits at the fence keeps one of each.
_THREADS, _CONNECTIONS = 64, {"monolith": 45, "service": 20}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployables:
    """These are both while they run.

    Attributes:
        url: where customers ask.
        headers: of a shop that orders for its customers.
        database: the monolith's.
        payments: how many there are from before.
        messages: how many messages there were in the log from before.
    """

    url: str
    headers: Mapping[str, str]
    database: Database
    payments: int
    messages: int
    environment: Mapping[str, str]
    arguments: tuple[str, ...]

    def cut_over(self, *options: str) -> dict[str, Any]:
        """This moves the module out, and gives what the command says of it."""
        return self.manage("cutover", MODULE, *self.arguments, *options, "--json")

    def roll_back(self) -> dict[str, Any]:
        """This moves it back."""
        return self.manage("cutover", MODULE, "--rollback", *self.arguments[:2], "--json")

    def check(self) -> dict[str, Any]:
        """This gives what `extract --check` predicts."""
        return self.manage("extract", MODULE, "--check", "--json")

    def manage(self, *arguments: str) -> dict[str, Any]:
        """This runs a command as the monolith's operator does. Raises: RuntimeError."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=_ROOT,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(arguments)}:\n{done.stderr}")
        told: dict[str, Any] = json.loads(done.stdout)
        return told


@contextmanager
def running(server: str, *, like: str, payments: int, broker: str) -> Iterator[Deployables]:
    """This runs both, with so many payments from before; they and all they had are gone after.

    Args:
        like: the name of a migrated database.
    """
    with ExitStack() as until:
        folder = Path(until.enter_context(tempfile.TemporaryDirectory()))
        home = until.enter_context(Database(server, f"monolith_{payments}", like=like))
        away = until.enter_context(Database(server, f"service_{payments}", like=like))
        with Crew(1, database_url=home.url) as crew:
            [messages] = crew.do(make_past, payments)
        ports = {"monolith": free_port(), "service": free_port()}
        urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        environments = {
            "monolith": _environment(folder, "monolith", home.url),
            "service": {
                **_environment(folder, "service", away.url),
                "QUARRY_MODULES": MODULE,
                "QUARRY_AWAITED_MODULES": MODULE,
                "QUARRY_DEPLOYABLE": MODULE,
                "QUARRY_BROKER_URL": broker,
                **{
                    f"QUARRY_MODULES_{one.upper()}": urls["monolith"]
                    for one in _MODULES
                    if one != MODULE
                },
            },
        }
        prefix = f"bench-{uuid.uuid4().hex[:8]}"
        until.callback(remove_from_rabbitmq, broker, prefix=prefix, deployables=("quarry", MODULE))
        for name in (*_MODULES, "gateway", "console"):
            make_keys(folder / "keys", name)
        for name, port in ports.items():
            environments[name]["QUARRY_BROKER_PREFIX"] = prefix
            until.enter_context(_served(environments[name], port, folder / f"{name}.log"))
        for url in urls.values():
            _wait_for(url, folder)
        scopes = ("orders:read", "orders:write", "catalog:write", "inventory:write")
        yield Deployables(
            url=urls["monolith"],
            headers=tokens.bearer(folder, *scopes, "accounts:read", "accounts:write"),
            database=home,
            payments=payments,
            messages=messages,
            environment=environments["monolith"],
            arguments=(
                *("--to-database", away.url),
                *("--to-service", urls["service"]),
                *("--broker", broker),
            ),
        )


def _environment(folder: Path, name: str, database_url: str) -> dict[str, str]:
    inherited = {one: value for one, value in os.environ.items() if "DATABASE_URL" not in one}
    return {
        **inherited,
        **tokens.environment(folder),
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "QUARRY_DRIVER": "embedded",
        "QUARRY_VAR": str(folder / name),
        "QUARRY_INTERNAL_KEYS": str(folder / "keys"),
        "DATABASE_URL": database_url,
        "DATABASE_CONNECTIONS": str(_CONNECTIONS[name]),
    }


@contextmanager
def _served(environment: Mapping[str, str], port: int, log: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-access-log"]
    command += ["--port", str(port), "--blocking-threads", str(_THREADS)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "config.wsgi:application"],
            env=dict(environment),
            stdout=output,
            stderr=output,
            cwd=_ROOT,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, folder: Path) -> None:
    give_up_at = time.monotonic() + _READY_WITHIN_SECONDS
    while True:
        try:
            if urllib3.request("GET", f"{url}/healthz", timeout=2.0, retries=False).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        if time.monotonic() > give_up_at:
            said = "\n".join(one.read_text()[-2000:] for one in folder.glob("*.log"))
            raise RuntimeError(f"{url} does not answer:\n{said}")
        time.sleep(0.1)
