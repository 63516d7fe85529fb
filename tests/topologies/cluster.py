"""All processes of a topology: started, told what to do, and ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from modules.kernel.interfaces import provided
from modules.kernel.interfaces.tokens import make_keys
from modules.kernel.manifests import read_manifest
from modules.kernel.topologies import Plan, plan
from tests.services.own_brokers import free_port

ROOT = Path(__file__).resolve().parents[2]
#: The name under which tests ask modules in other processes.
TESTS = "tests"

#: Longer than a group of Kafka consumers takes to form.
_CROSSES_WITHIN_SECONDS = 40.0
_ANOTHER_LOOK_SECONDS = 0.02


class PartFailed(AssertionError):
    """This says which process ended, and what it had said."""


def plan_of_tests(
    folder: Path, *, broker_url: str, database_url: Callable[[str], str] | None = None
) -> Plan:
    """This plans the processes of all modules, on free ports, with keys for all and the tests."""
    modules = [read_manifest(ROOT / "modules" / one / "module.toml") for one in _modules()]
    for name in (*_modules(), TESTS):
        make_keys(folder / "keys", name)
    return plan(
        modules,
        folder=folder,
        ports=[free_port() for _ in range(len(modules) + 1)],
        broker_url=broker_url,
        broker_prefix=f"t{folder.name[-20:]}{os.getpid()}".replace("_", "-"),
        database_url=database_url,
    )


class PartProcess:
    """This is a running process of the topology."""

    def __init__(self, name: str, port: int, environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.output = folder / f"{name}.output"
        (folder / name).mkdir(exist_ok=True)
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.topologies.part", str(port)],
                cwd=ROOT,
                env={**_without_databases(), **environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
            )

    def tell(self, do: str, **arguments: object) -> None:
        """This tells the process what to do."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._failure() from None

    def answer(self) -> Any:
        """This waits for what came of it."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._failure()
        return json.loads(line)

    def end(self) -> None:
        """This ends the process."""
        self._process.kill()
        self._process.wait(30)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _failure(self) -> PartFailed:
        said = self.output.read_text(errors="replace")[-4000:]
        return PartFailed(f"the process of {self.name} ended:\n{said}")


class Cluster:
    """This is a topology of processes that move their messages when they are told to."""

    def __init__(self, planned: Plan, parts: Sequence[PartProcess]) -> None:
        self.plan = planned
        self._parts = parts
        self._listeners: Counter[str] = Counter()
        for names in self._all("listens"):
            self._listeners.update(names)

    @property
    def url(self) -> str:
        """This is where the front answers."""
        return self.plan.parts[0].url

    def reset(self) -> None:
        """This has everything begin anew, with empty databases and an empty broker."""
        self._move_once_all_has_crossed()
        self._all("reset")

    def drain(self, *, until_idle: bool = False) -> None:
        """This delivers all messages and what they cause; see `testing.drain`."""
        nothing_ahead = not until_idle
        while True:
            if self._move_once_all_has_crossed():
                nothing_ahead = not until_idle
                continue
            if nothing_ahead:
                return
            nothing_ahead = not any(self._one(part, "bring_forward") for part in self._parts)

    def _move_once_all_has_crossed(self) -> int:
        """This steps every process, until what was published has arrived; gives what it moved."""
        moved, deadline = 0, time.monotonic() + _CROSSES_WITHIN_SECONDS
        while True:
            steps = self._all("step", wait_seconds=_ANOTHER_LOOK_SECONDS)
            moved += sum(int(step["moved"]) for step in steps)
            received = sum(step["received"] for step in steps)
            sent = sum(
                count * self._listeners[name]
                for step in steps
                for name, count in step["published"].items()
            )
            if received >= sent:
                return moved
            assert time.monotonic() < deadline, f"{sent - received} messages have not arrived"

    def _all(self, do: str, **arguments: object) -> list[Any]:
        for part in self._parts:
            part.tell(do, **arguments)
        return [part.answer() for part in self._parts]

    def _one(self, part: PartProcess, do: str) -> Any:
        part.tell(do)
        return part.answer()


@contextmanager
def running_cluster(planned: Plan, folder: Path) -> Iterator[Cluster]:
    """This runs all processes of a plan inside the block."""
    callers = ",".join(f"{TESTS}:{one.module}.{one.name}" for one in provided())
    told = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "QUARRY_CALLERS": callers}
    parts = [
        PartProcess(one.name, one.port, {**one.environment, **told}, folder)
        for one in planned.parts
    ]
    try:
        yield Cluster(planned, parts)
    finally:
        for part in parts:
            part.end()


def _modules() -> list[str]:
    modules: list[str] = settings.QUARRY_ALL_MODULES
    return modules


def _without_databases() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name}
