"""Limits of a database on a real PostgreSQL: its pool, its statement timeout, its sessions."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dj_database_url
import pytest
from django.db import DatabaseError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from modules.kernel.databases import limited, limits
from modules.kernel.messaging.logs.postgresql import leading_session

# Of this process: the server may be shared with another run of the tests.
LOCK = 7_130_577 + os.getpid()


@pytest.fixture(autouse=True)
def connecting(
    monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """This lets a test connect, to the server and not to the tests' database, and wait briefly."""
    monkeypatch.setattr(limits, "WAIT_SECONDS", 0.1)
    with django_db_blocker.unblock():
        yield


@contextmanager
def database(
    server: str,
    *,
    connections: int = 0,
    statement_timeout_seconds: float = 0,
    silence_timeout_seconds: float = 0,
) -> Iterator[ConnectionHandler]:
    """These are the connections of a process to a database with limits, under ``payments``."""
    settings: dict[str, Any] = dict(dj_database_url.parse(server))
    payments = limited(
        settings,
        connections=connections,
        statement_timeout_seconds=statement_timeout_seconds,
        silence_timeout_seconds=silence_timeout_seconds,
    )
    handler = ConnectionHandler({"default": {}, "payments": payments})
    try:
        yield handler
    finally:
        handler.close_all()
        handler["payments"].close_pool()  # type: ignore[attr-defined]  # PostgreSQL has it


def scalar(connection: BaseDatabaseWrapper, sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


class TestBudget:
    def test_refuses_one_more_connection_and_says_which_variable(
        self, postgres_server: str
    ) -> None:
        with database(postgres_server, connections=2) as connections:
            held = [connections.create_connection("payments") for _ in range(3)]
            assert [scalar(one, "SELECT 1") for one in held[:2]] == [1, 1]

            with pytest.raises(OperationalError) as refusal:
                held[2].ensure_connection()

            assert str(refusal.value) == (
                "no connection to the database 'payments' in 0.1 s: all 2 of its budget are in "
                "use, or the server does not answer; find what holds them, or raise "
                "PAYMENTS_DATABASE_CONNECTIONS"
            )
            held[0].close()
            assert scalar(held[2], "SELECT 1") == 1  # The one that was given back.
            for one in held:
                one.close()

    def test_leaves_no_lock_of_a_session_in_the_pool(self, postgres_server: str) -> None:
        with database(postgres_server, connections=1) as connections:
            leader = connections.create_connection("payments")
            assert scalar(leader, f"SELECT pg_try_advisory_lock({LOCK})")
            session = scalar(leader, "SELECT pg_backend_pid()")
            leader.close()

            next_one = connections.create_connection("payments")

            assert scalar(next_one, "SELECT pg_backend_pid()") == session
            held = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {LOCK}"
            assert scalar(next_one, held) == 0
            next_one.close()

    def test_leaves_nothing_of_a_leader_in_the_pool(self, postgres_server: str) -> None:
        with database(postgres_server, connections=1) as connections:
            for _ in range(10):  # More often than a statement comes before it is prepared.
                leader = connections.create_connection("payments")
                with leader.cursor() as cursor:
                    for name, value in leading_session().items():
                        assert scalar(leader, f"SHOW {name}") != value
                        cursor.execute(f"SET {name} = {value}")
                leader.close()


class TestStatementTimeout:
    @pytest.mark.parametrize("connections", [0, 1])
    def test_ends_a_statement(self, postgres_server: str, connections: int) -> None:
        with (
            database(
                postgres_server, connections=connections, statement_timeout_seconds=0.05
            ) as process,
            pytest.raises(OperationalError, match="statement timeout"),
        ):
            scalar(process["payments"], "SELECT pg_sleep(30)")


class TestSilenceTimeout:
    @pytest.mark.parametrize("connections", [0, 1])
    def test_ends_a_transaction_that_says_nothing(
        self, postgres_server: str, connections: int
    ) -> None:
        with (
            database(
                postgres_server, connections=connections, silence_timeout_seconds=0.05
            ) as process,
            database(postgres_server) as others,
        ):
            silent = process["payments"]
            silent.set_autocommit(False)
            scalar(silent, f"SELECT pg_advisory_xact_lock({LOCK}) IS NULL")
            scalar(others["payments"], f"SELECT pg_advisory_xact_lock({LOCK}) IS NULL")
            with pytest.raises(DatabaseError, match="idle-in-transaction timeout"):
                scalar(silent, "SELECT 1")

    def test_has_the_server_ask_whether_the_machine_is_there(self, postgres_server: str) -> None:
        with database(postgres_server, silence_timeout_seconds=60) as process:
            assert scalar(process["payments"], "SHOW tcp_keepalives_idle") == "30"
