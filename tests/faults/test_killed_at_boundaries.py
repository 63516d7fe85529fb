"""A checkout's process is killed for real, with SIGKILL on PostgreSQL, at sampled boundaries.

What the crash explorer does to every boundary in one process and without a death, done to
some of them by the operating system.
"""

from __future__ import annotations

import itertools
import signal
from pathlib import Path

import pytest

from tests.faults.processes import Process, run_to_end
from tests.faults.scratch_database import scratch_database
from tests.faults.searching import begin_search
from tests.faults.waiting import wait_until

_SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "QUARRY_LEASE_SECONDS": "1"}
#: Deliveries of a checkout without faults.
_DELIVERIES = 30


@pytest.mark.timeout(0)
def test_a_checkout_ends_whole_wherever_its_process_is_killed(
    postgres_server: str, tmp_path: Path
) -> None:
    search = begin_search(usual_seconds=10, share=0.1)
    chance = search.chance("boundaries")
    for number in itertools.count():
        if number and not search.goes_on:
            break
        boundary, when = chance.randint(1, _DELIVERIES), chance.choice(("before", "after"))
        with scratch_database(postgres_server) as url:
            env = {**_SETTINGS, "DATABASE_URL": url, "QUARRY_VAR": str(tmp_path)}
            run_to_end(("manage.py", "migrate", "--verbosity=0"), env, tmp_path / "migrated")
            begun = tmp_path / f"begun-{number}"
            script = ("-m", "tests.faults.one_checkout")
            process = Process((*script, "begin", str(boundary), when), env, begun)
            try:
                wait_until(lambda: not process.is_running(), what="it dies", seconds=60)  # noqa: B023  # called here
            finally:
                process.kill()
            assert process.exit_code == -signal.SIGKILL or "had ended" in begun.read_text()
            ended = tmp_path / f"ended-{number}"
            run_to_end((*script, "go-on"), env, ended)
            assert "fulfilled, and conserved" in ended.read_text(), (
                f"killed {when} the commit of delivery {boundary}:\n{begun.read_text()}"
            )
