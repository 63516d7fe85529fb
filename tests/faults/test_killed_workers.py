"""`kill -9` of workers and of writers, under load: every effect exactly once, in order."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import psycopg

from modules.kernel.messaging.logs.postgresql import LEADER_LOCK
from tests.faults.probe_module.gate import GATE, GATED
from tests.faults.processes import Process, run_to_end
from tests.faults.searching import begin_search
from tests.faults.tally import count_of, heard, wait_until_all_is_heard
from tests.faults.waiting import wait_until

WORKER = ("manage.py", "worker")


class TestKilledProcesses:
    def test_leave_every_effect_exactly_once(
        self, database: str, env: dict[str, str], tmp_path: Path
    ) -> None:
        search = begin_search(usual_seconds=8, share=0.2)
        chance = search.chance("kills")
        wait = threading.Event()

        def start(number: int) -> Process:
            if number == 0:
                arguments = ("manage.py", "probe_load", f"--seed={chance.randrange(10**6)}")
                return Process(arguments, env, tmp_path / "load")
            return Process(WORKER, env, tmp_path / "workers")

        processes = [start(number) for number in range(3)]
        kills = 0
        try:
            wait_until(lambda: count_of(database, "probe_effect") > 0, what="the first effect")
            while search.goes_on or kills < 3:
                wait.wait(chance.uniform(0.5, 2.0))
                number = chance.choice([0, 1, 1, 2, 2])
                processes[number].kill()
                processes[number] = start(number)
                kills += 1
            processes[0].stop()
            for module in ("probe", "echo"):
                wait_until_all_is_heard(database, module=module)
        finally:
            for process in processes:
                process.kill()
        assert count_of(database, "messaging_setaside") == 0


class TestAWorkerPausedPastItsLease:
    def test_is_refused_when_it_commits_and_the_effects_are_made_once(
        self, database: str, env: dict[str, str], tmp_path: Path
    ) -> None:
        paused = Process(WORKER, env, tmp_path / "paused")
        fresh = None
        try:
            paused.wait_for_output("is running")
            with psycopg.connect(database, autocommit=True) as gate:
                gate.execute("SELECT pg_advisory_lock(%s)", [GATE])
                _append(env, tmp_path, GATED)
                wait_until(
                    lambda: _waiting_at_the_gate(gate) == 1, what="a handler waits at the gate"
                )
                paused.send(signal.SIGSTOP)
                fresh = Process(WORKER, env, tmp_path / "fresh")
            wait_until(
                lambda: heard(database, "probe").get(GATED) == [1],
                what="another has taken over and made the effect",
            )
            paused.send(signal.SIGCONT)
            paused.wait_for_output("lease_lost")
            assert heard(database, "probe")[GATED] == [1]
        finally:
            paused.kill()
            if fresh is not None:
                fresh.kill()


class TestALeaderThatIsPaused:
    def test_is_followed_by_another_after_the_time_of_a_lease(
        self, database: str, env: dict[str, str], tmp_path: Path
    ) -> None:
        paused = Process(WORKER, env, tmp_path / "paused")
        fresh = None
        try:
            with psycopg.connect(database, autocommit=True) as looking:
                wait_until(lambda: len(_leaders(looking)) == 1, what="the worker leads the log")
                led_by = _leaders(looking)
                paused.send(signal.SIGSTOP)
                assert _leaders(looking) == led_by, "it is stopped as the leader"
                fresh = Process(WORKER, env, tmp_path / "fresh")
                _append(env, tmp_path, "late")
                wait_until(
                    lambda: heard(database, "probe").get("late") == [1],
                    what="another leads and delivers",
                )
                assert _leaders(looking) != led_by
                paused.send(signal.SIGCONT)
                _append(env, tmp_path, "later")
                wait_until_all_is_heard(database)
        finally:
            paused.kill()
            if fresh is not None:
                fresh.kill()


def _append(env: dict[str, str], tmp_path: Path, thing: str) -> None:
    arguments = ("manage.py", "probe_load", "--seed=1", "--count=1", f"--thing={thing}")
    run_to_end(arguments, env, tmp_path / "append")


def _waiting_at_the_gate(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    return len(_advisory(connection, GATE, granted=False))


def _leaders(connection: psycopg.Connection[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """This gives the sessions that lead the log: one, or none."""
    return _advisory(connection, LEADER_LOCK, granted=True)


def _advisory(
    connection: psycopg.Connection[tuple[object, ...]], number: int, *, granted: bool
) -> list[tuple[object, ...]]:
    """This gives who has an advisory lock, or waits for it; in this database only, for those of
    other runs of these tests are seen as well."""
    return connection.execute(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted = %s"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        [number, granted],
    ).fetchall()
