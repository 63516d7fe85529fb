"""A monolith and a service as they run, over RabbitMQ: servers, and workers beside them or in them.

Each process has a name by which it is killed and started again; an operator's commands run in the
environment of the monolith.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from modules.kernel.interfaces.tokens import make_keys
from tests.extraction.halting import HaltingMover
from tests.faults.processes import Process, run_to_end
from tests.faults.waiting import wait_until
from tests.services.brokers import remove_from_rabbitmq
from tests.services.own_brokers import free_port
from tests.services.postgres import running_postgres
from tests.services.rule import ServiceMissing, missing
from tests.topologies.databases import databases_of
from tests.topologies.plugin import broker

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("ordering", "payments", "inventory", "shipping", "catalog", "notifications")
SCOPES = "orders:read orders:write accounts:read accounts:write catalog:write inventory:write"

_SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.development"}
_WORKER_RUNS = "is running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """This is one process of a deployable.

    Attributes:
        port: that it serves on; 0 for a worker.
        code: the folder of the code that it runs.
    """

    deployable: str
    port: int
    code: Path = ROOT

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Live:
    """These are both deployables, with empty databases; the service waits for its module.

    Args:
        url_of: gives the URL of a database by its name.
        module: that is to move.
        workers: each deployable has a worker beside its server, which else has threads for that.
    """

    def __init__(
        self,
        folder: Path,
        *,
        broker: str,
        url_of: Callable[[str], str],
        module: str = "payments",
        workers: bool = False,
    ) -> None:
        self._folder = folder
        self.broker = broker
        self.module = module
        self.databases = {name: url_of(name) for name in ("monolith", "service")}
        self.roles = {name: Role(deployable=name, port=free_port()) for name in self.databases}
        if workers:
            for name in self.databases:
                self.roles[f"{name}-worker"] = Role(deployable=name, port=0)
        for name in (*MODULES, "gateway", "console"):
            make_keys(folder / "keys", name)
        self.broker_prefix = f"live-{uuid.uuid4().hex[:8]}"
        common = {
            **_SETTINGS,
            "QUARRY_DEPLOYABLE": "monolith",
            "QUARRY_DRIVER": "worker" if workers else "embedded",
            # Who takes over from a process that was killed need not wait for long.
            "QUARRY_LEASE_SECONDS": "2" if workers else "10",
            # And a slow machine must not make of it that an order is undone: who is killed many
            # times while a module is fenced is away for longer than customers would wait.
            "ORDERING_STEP_TIMEOUT_SECONDS": "600" if workers else "30",
            "QUARRY_INTERNAL_KEYS": str(folder / "keys"),
            "QUARRY_BROKER_PREFIX": self.broker_prefix,
        }
        asked_there = {
            f"QUARRY_MODULES_{one.upper()}": self.url for one in MODULES if one != module
        }
        awaits = {
            "QUARRY_MODULES": module,
            "QUARRY_AWAITED_MODULES": module,
            "QUARRY_DEPLOYABLE": module,
            "QUARRY_BROKER_URL": broker,
        }
        self.environments = {
            name: {
                **common,
                "DATABASE_URL": self.databases[name],
                "QUARRY_VAR": str(folder / name),
                **({**awaits, **asked_there} if name == "service" else {}),
            }
            for name in self.databases
        }
        self._processes: dict[str, Process] = {}
        self._said_before: dict[str, str] = {}

    @property
    def url(self) -> str:
        return self.roles["monolith"].url

    @property
    def service_url(self) -> str:
        return self.roles["service"].url

    def start(self) -> None:
        """This prepares both and starts them."""
        for name in self.environments:
            (self._folder / name).mkdir(exist_ok=True)
            self.manage(name, "migrate", "--verbosity=0")
        for name in self.roles:
            self.run(name)
        for name in self.roles:
            self.wait_until_it_runs(name)

    def run(self, name: str) -> None:
        """This starts one of the processes; see `wait_until_it_runs`."""
        role = self.roles[name]
        serve = ("runserver", "--noreload", f"127.0.0.1:{role.port}")
        output = self._folder / f"{name}.output"
        output.touch()
        self._said_before[name] = output.read_text(errors="replace")
        self._processes[name] = Process(
            ("manage.py", *(serve if role.port else ("worker",))),
            self.environments[role.deployable],
            output,
            folder=role.code,
        )

    def wait_until_it_runs(self, name: str) -> None:
        """This waits until a process that was started does its work."""

        def runs() -> bool:
            assert self._processes[name].is_running(), self.said()
            if (role := self.roles[name]).port:
                return _answers(role.url)
            text = (self._folder / f"{name}.output").read_text(errors="replace")
            return _WORKER_RUNS in text.removeprefix(self._said_before[name])

        wait_until(runs, what=f"{name} runs", seconds=90)

    def kill(self, name: str) -> None:
        """This ends one of the processes with SIGKILL."""
        self._processes[name].kill()

    def stop(self) -> None:
        for process in self._processes.values():
            process.kill()

    def manage(self, name: str, *arguments: str) -> None:
        """This runs a command in the environment of one of the deployables."""
        output = self._folder / f"{name}.commands"
        run_to_end(("manage.py", *arguments), self.environments[name], output)

    def move(self, command: str, *options: str) -> dict[str, Any]:
        """This moves the module, as an operator does, and gives what the command says."""
        said = self._command(command, self.module, *options, "--json")
        told: dict[str, Any] = json.loads(said)
        return told

    def cut_over(self, *options: str) -> dict[str, Any]:
        return self.move(
            "cutover",
            *("--to-database", self.databases["service"]),
            *("--to-service", self.service_url),
            *("--broker", self.broker),
            *options,
        )

    def halting(self, do: str) -> HaltingMover:
        """This begins a move that halts before each phase."""
        wanted = {
            "module": self.module,
            "to_database": self.databases["service"],
            "to_service": self.service_url,
            "broker": self.broker,
            "max_pause_seconds": 60.0,
        }
        environment = {**_without_databases(), **self.environments["monolith"]}
        return HaltingMover(do, wanted, environment, self._folder / "mover.output")

    def token(self) -> str:
        """This gives a bearer token of a shop that orders for its customers."""
        whoever = ("--subject", "shop", "--kind", "service", "--scopes", SCOPES)
        return self._command("token", *whoever).strip()

    def said(self) -> str:
        """This gives the end of what the processes have written, for who looks for a failure."""
        return "\n".join(
            f"{one.name}:\n{one.read_text(errors='replace')[-6000:]}"
            for one in sorted(self._folder.glob("*.output"))
        )

    def _command(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**_without_databases(), **self.environments["monolith"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def live(
    kind: str, folder: Path, *, module: str = "payments", workers: bool = False
) -> Iterator[Live]:
    """This runs both deployables inside the block, on databases of a kind."""
    with ExitStack() as until:
        try:
            url = until.enter_context(broker("rabbitmq"))
            server = running_postgres() if kind == "postgresql" else ""
        except ServiceMissing as error:
            missing(str(error))
        url_of = until.enter_context(databases_of(folder, server=server))
        running = Live(folder, broker=url, url_of=url_of, module=module, workers=workers)
        until.callback(
            remove_from_rabbitmq,
            url,
            prefix=running.broker_prefix,
            deployables=("monolith", module),
        )
        until.callback(running.stop)
        running.start()
        yield running


def _answers(url: str) -> bool:
    try:
        return urllib3.request("GET", f"{url}/healthz", timeout=2.0, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def _without_databases() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name}
