"""Celery as the driver: workers and writers killed, queues purged, every effect exactly once."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.faults.celery_broker import CeleryBroker, celery_broker
from tests.faults.processes import Process, run_to_end
from tests.faults.searching import begin_search
from tests.faults.tally import count_of, wait_until_all_is_heard
from tests.faults.waiting import wait_until

BEAT = ("-m", "celery", "-A", "config", "beat", "--pidfile=")


@pytest.fixture(params=["rabbitmq_server", "redis_server"])
def broker(request: pytest.FixtureRequest) -> Iterator[CeleryBroker]:
    with celery_broker(request.getfixturevalue(request.param)) as broker:
        yield broker


class TestCeleryAsTheDriver:
    def test_makes_every_effect_once_while_all_are_killed_and_the_queues_purged(
        self, broker: CeleryBroker, database: str, env: dict[str, str], tmp_path: Path
    ) -> None:
        search = begin_search(usual_seconds=8, share=1)
        chance = search.chance("kills")
        wait = threading.Event()
        everywhere = {**env, **broker.env}

        def start(name: str) -> Process:
            arguments = {
                "load": ("manage.py", "probe_load", f"--seed={chance.randrange(10**6)}"),
                "beat": BEAT,
            }.get(name, _worker(name, broker.queues))
            return Process(arguments, everywhere, tmp_path / name)

        processes = {name: start(name) for name in ("beat", "worker-1", "worker-2", "load")}
        kills = purges = 0
        try:
            wait_until(lambda: count_of(database, "echo_effect") > 0, what="the first effect")
            while search.goes_on or kills < 3:
                wait.wait(chance.uniform(0.5, 2.5))
                name = chance.choice(["load", "worker-1", "worker-2"])
                processes[name].kill()
                processes[name] = start(name)
                kills += 1
                if kills % 3 == 2:
                    broker.purge()
                    purges += 1
            processes["load"].stop()
            broker.purge()
            for module in ("probe", "echo"):
                wait_until_all_is_heard(database, module=module)
            assert purges
            assert count_of(database, "messaging_setaside") == 0
        finally:
            for process in processes.values():
                process.kill()

    def test_delivers_by_its_sweep_what_all_wake_ups_were_lost_for(
        self, broker: CeleryBroker, database: str, env: dict[str, str], tmp_path: Path
    ) -> None:
        everywhere = {**env, **broker.env}
        processes: list[Process] = []
        try:
            # This one keeps the log and wakes the modules; it takes no wake-up itself.
            keeper = Process(_worker("keeper", broker.queues[-1:]), everywhere, tmp_path / "keeper")
            processes.append(keeper)
            keeper.wait_for_output("ready.")
            once = ("manage.py", "probe_load", "--seed=1", "--count=1", "--thing=alone")
            run_to_end(once, everywhere, tmp_path / "load")
            purged = itertools.accumulate(iter(broker.purge, None))
            wait_until(lambda: next(purged) == 2, what="both modules' wake-ups are purged")
            processes += [
                Process(BEAT, everywhere, tmp_path / "beat"),
                Process(_worker("worker", broker.queues[:-1]), everywhere, tmp_path / "worker"),
            ]
            for module in ("probe", "echo"):
                wait_until_all_is_heard(database, module=module)
        finally:
            for process in processes:
                process.kill()


def _worker(name: str, queues: Sequence[str]) -> tuple[str, ...]:
    return (
        *("-m", "celery", "-A", "config", "worker", f"--hostname={name}@localhost"),
        *("--concurrency=1", "--loglevel=info", f"--queues={','.join(queues)}"),
    )
