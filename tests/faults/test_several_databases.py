"""Two modules in two databases and one process: each has its log, checkpoints and effects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.faults.processes import Process, run_to_end
from tests.faults.scratch_database import scratch_database
from tests.faults.tally import count_of, happened, heard, wait_until_all_is_heard
from tests.faults.waiting import wait_until

LOAD = ("manage.py", "probe_load", "--seed=1")


@pytest.fixture
def echo_database(postgres_server: str, env: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """This gives the echo a database of its own."""
    with scratch_database(postgres_server) as url:
        env["ECHO_DATABASE_URL"] = url
        arguments = ("manage.py", "migrate", "--database=echo", "--verbosity=0")
        run_to_end(arguments, env, tmp_path / "migrate")
        yield url


@pytest.fixture
def worker(env: dict[str, str], echo_database: str, tmp_path: Path) -> Iterator[Process]:
    process = Process(("manage.py", "worker"), env, tmp_path / "worker")
    yield process
    process.kill()


@contextmanager
def unavailable(server: str, url: str) -> Iterator[None]:
    """This lets nobody into a database, and ends the sessions of those who are in."""
    name = str(conninfo_to_dict(url)["dbname"])
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(name), sql.SQL("true")))


def consumers(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT DISTINCT consumer FROM messaging_partition").fetchall()
    return {row[0] for row in rows}


def has_table(url: str, table: str) -> bool:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
    return bool(row and row[0])


class TestAModuleWithADatabaseOfItsOwn:
    def test_keeps_its_checkpoints_and_effects_there_and_reads_the_other_log(
        self,
        database: str,
        echo_database: str,
        env: dict[str, str],
        worker: Process,
        tmp_path: Path,
    ) -> None:
        run_to_end((*LOAD, "--count=30"), env, tmp_path / "load")
        wait_until_all_is_heard(database)
        wait_until_all_is_heard(database, module="echo", in_database=echo_database)
        assert count_of(database, "messaging_message") > 0
        assert count_of(echo_database, "messaging_message") == 0
        assert consumers(database) == {"probe"}
        assert consumers(echo_database) == {"echo"}
        assert count_of(database, "echo_effect") == 0, "its tables of before are not used"
        assert not has_table(echo_database, "probe_effect")

    def test_catches_up_after_its_database_was_away_and_can_be_rebuilt(
        self,
        postgres_server: str,
        database: str,
        echo_database: str,
        env: dict[str, str],
        worker: Process,
        tmp_path: Path,
    ) -> None:
        load = Process(LOAD, env, tmp_path / "load")
        try:
            wait_until(lambda: count_of(echo_database, "echo_effect") > 0, what="an echo")
            with unavailable(postgres_server, echo_database):
                before = count_of(database, "probe_effect")
                wait_until(
                    lambda: count_of(database, "probe_effect") > before + 20,
                    what="the module whose database is there goes on",
                )
        finally:
            load.stop()
        wait_until_all_is_heard(database, module="echo", in_database=echo_database)
        with psycopg.connect(echo_database) as connection:
            connection.execute("DELETE FROM echo_effect")
        replay = ("manage.py", "messages", "replay", "echo", "default", "--from=0")
        run_to_end(replay, env, tmp_path / "replay")
        wait_until_all_is_heard(database, module="echo", in_database=echo_database)
        wait_until_all_is_heard(database)
        assert heard(echo_database, "echo") == happened(database)
