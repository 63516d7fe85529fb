"""PostgreSQL itself crashes under load: what was committed stays, and each effect is made once."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import psycopg

from tests.faults.crashes import Way, crash, start_again
from tests.faults.processes import Process, run_to_end
from tests.faults.searching import begin_search
from tests.faults.tally import count_of, wait_until_all_is_heard
from tests.faults.waiting import wait_until
from tests.services.postgres import embedded_server, url_of
from tests.services.rule import ServiceMissing, missing


class TestACrashOfPostgresql:
    def test_loses_nothing_and_doubles_nothing(self, tmp_path: Path) -> None:
        search = begin_search(usual_seconds=8, share=0.2)
        chance = search.chance("crashes")
        wait = threading.Event()
        try:
            with embedded_server() as server:
                url = url_of(server)
                env = {
                    "DATABASE_URL": url,
                    "QUARRY_VAR": str(tmp_path / "var"),
                    "QUARRY_LEASE_SECONDS": "2",
                }
                run_to_end(("manage.py", "migrate", "--verbosity=0"), env, tmp_path / "migrate")
                load = Process(
                    ("manage.py", "probe_load", f"--seed={search.seed}"), env, tmp_path / "load"
                )
                workers = [
                    Process(("manage.py", "worker"), env, tmp_path / f"worker-{number}")
                    for number in range(2)
                ]
                ways = list(Way)
                chance.shuffle(ways)
                try:
                    for number in itertools.takewhile(
                        lambda n: search.goes_on or n < len(ways), itertools.count()
                    ):
                        effects = count_of(url, "probe_effect")
                        wait_until(
                            lambda seen=effects: _count(url) > seen,  # type: ignore[misc]
                            what="effects are made again",
                        )
                        wait.wait(chance.uniform(0.2, 1.5))
                        crash(server, ways[number % len(ways)], chance)
                        start_again(server)
                        wait_until(lambda: _count(url) >= 0, what="the server answers")
                    load.stop()
                    for module in ("probe", "echo"):
                        wait_until_all_is_heard(url, module=module)
                    assert all(worker.is_running() for worker in workers), "they lived through it"
                finally:
                    for process in (load, *workers):
                        process.kill()
        except ServiceMissing as error:
            missing(str(error))


def _count(url: str) -> int:
    try:
        return count_of(url, "probe_effect")
    except psycopg.OperationalError:  # Still recovering.
        return -1
