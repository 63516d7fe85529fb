"""Modules' processes killed and started again while a real order book is replayed across them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from modules.console.replay import Client, token_source
from modules.kernel.topologies import Part, Plan
from tests.faults.processes import Process, run_to_end
from tests.journeys.test_replay import (
    NORTHWIND,
    Begin,
    begin,
    count_of_orders,
    needs_northwind,
    report_of,
)
from tests.services.rule import ServiceMissing, missing
from tests.topologies.cluster import plan_of_tests
from tests.topologies.plugin import broker

__all__ = ["begin"]

ORDERS = 120
#: Between two kills; the last of them leaves orders to be placed.
_EVERY = 15
_SEED = 5

_SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.development", "QUARRY_DRIVER": "embedded"}


class Running:
    """These are the processes of a plan as `make run TOPOLOGY=processes` starts them."""

    def __init__(self, planned: Plan, folder: Path) -> None:
        self.plan = planned
        self._folder = folder
        self._processes: dict[str, Process] = {}

    def prepare(self) -> None:
        """This makes databases and queues."""
        for command in (("migrate", "--verbosity=0"), ("listen",)):
            for part in self.plan.parts:
                (self._folder / part.name).mkdir(exist_ok=True)
                output = self._folder / f"{part.name}.prepared"
                run_to_end(("manage.py", *command), {**part.environment, **_SETTINGS}, output)

    def start(self, part: Part) -> None:
        """This starts a process; it answers a moment later."""
        serve = ("manage.py", "runserver", "--noreload", f"127.0.0.1:{part.port}")
        output = self._folder / f"{part.name}.output"
        self._processes[part.name] = Process(serve, {**part.environment, **_SETTINGS}, output)

    def kill(self, part: Part) -> None:
        """This ends a process with SIGKILL."""
        self._processes[part.name].kill()

    def kill_all(self) -> None:
        for process in self._processes.values():
            process.kill()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """These are the processes of all modules, over RabbitMQ, with empty databases."""
    with ExitStack() as until:
        try:
            url = until.enter_context(broker("rabbitmq"))
        except ServiceMissing as error:
            missing(str(error))
        running = Running(plan_of_tests(tmp_path, broker_url=url), tmp_path)
        until.callback(running.kill_all)
        running.prepare()
        for part in running.plan.parts:
            running.start(part)
        yield running


@pytest.mark.slow
@needs_northwind
@pytest.mark.timeout(600)
def test_conserve_money_and_stock_and_end_every_order(running: Running, begin: Begin) -> None:
    front = running.plan.parts[0]
    watching = Client(front.url, token=token_source())
    watching.get("/readyz")
    replay = begin(
        NORTHWIND,
        *("--base-url", front.url),
        *("--concurrency", 8, "--stock-factor", 3, "--limit", ORDERS),
    )
    random = Random(_SEED)
    killed: list[str] = []
    for placed in range(_EVERY, ORDERS - _EVERY, _EVERY):
        while replay.poll() is None and count_of_orders(watching, at_least=placed) < placed:
            pass
        part = random.choice(running.plan.parts)
        running.kill(part)
        running.start(part)
        killed.append(part.name)
    watching.close()
    report = report_of(replay)
    assert len(set(killed)) > 2, killed
    assert report["fulfilled"] + sum(report["failed"].values()) == ORDERS, killed
    assert report["others"] == {}
    assert report["conserved"]
