"""Writers that append in every awkward way there is, and keep count beside the log.

What is counted commits with the messages: `faults_thing.count` is the number of the last
message of a key or a stream. So the tables alone tell, whoever was killed, what the log
must hold.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, connections, transaction

from modules.kernel.messaging.tests.probe import ThingHappened
from modules.kernel.messaging.unit_of_work import StreamConflict, UnitOfWork, unit_of_work
from tests.faults.searching import Search

KEYS = 12
_LONGEST_HOLD_SECONDS = 0.05
_LONG_TRANSACTION_SECONDS = 1.0

_COUNTS = "CREATE TABLE faults_thing (name text PRIMARY KEY, count integer NOT NULL)"
_COUNT = (
    "INSERT INTO faults_thing VALUES (%s, 1)"
    " ON CONFLICT (name) DO UPDATE SET count = faults_thing.count + 1 RETURNING count"
)


class Regretted(Exception):
    """This rolls a writer's transaction, or a part of it, back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """This is one writer, in a thread and with a connection of its own.

    Attributes:
        passed: tells whether the reader under test has gone past a row's id. The plan's
            latecomers commit only then: the reader that polls by id must miss them.
    """

    alias: str
    number: int
    search: Search
    stop: threading.Event
    passed: Callable[[int], bool]

    def run(self) -> None:
        chance = self.search.chance("writer", self.number)
        connection = connections[self.alias]
        try:
            ways = itertools.chain(
                [Writer.late], iter(lambda: chance.choices(_WAYS, weights=_WEIGHTS)[0], None)
            )
            while not self.stop.is_set():
                write = next(ways)
                try:
                    with connection.cursor() as cursor:
                        cursor.execute("SET application_name = 'writer'")
                    with unit_of_work("probe") as work:
                        write(self, work, random.Random(chance.random()))
                except (Regretted, StreamConflict):
                    pass
                except (DatabaseError, InterfaceError):  # Its connection was cut.
                    connection.close()
        finally:
            connection.close()

    def one(self, work: UnitOfWork, chance: random.Random) -> None:
        self._append(work, _key(chance))

    def held(self, work: UnitOfWork, chance: random.Random) -> None:
        key = _key(chance)  # One a transaction: two writers must not wait for each other.
        self._append(work, key)
        self._hold(work, chance.uniform(0, _LONGEST_HOLD_SECONDS))
        self._append(work, key)

    def many(self, work: UnitOfWork, chance: random.Random) -> None:
        key = _key(chance)
        numbers = [self._count(key) for _ in range(chance.randrange(2, 20))]
        work.append_all([ThingHappened(thing=key, number=number) for number in numbers])

    def regretted(self, work: UnitOfWork, chance: random.Random) -> None:
        self.held(work, chance)
        raise Regretted

    def savepoints(self, work: UnitOfWork, chance: random.Random) -> None:
        key = _key(chance)
        self._append(work, key)
        for _ in range(chance.randrange(1, 4)):
            try:
                with transaction.atomic(using=self.alias):
                    self._append(work, key)
                    if chance.random() < 0.5:
                        raise Regretted
            except Regretted:
                pass
        self._hold(work, chance.uniform(0, _LONGEST_HOLD_SECONDS))
        self._append(work, key)

    def to_stream(self, work: UnitOfWork, chance: random.Random) -> None:
        stream = f"stream-{chance.randrange(4)}"
        with connections[self.alias].cursor() as cursor:  # Not locked: another may be first.
            cursor.execute("SELECT count FROM faults_thing WHERE name = %s", [stream])
            row = cursor.fetchone()
        version = row[0] if row else 0
        self._hold(work, chance.uniform(0, _LONGEST_HOLD_SECONDS / 5))
        happened = ThingHappened(thing=stream, number=version + 1)
        work.append_to_stream(stream, [happened], expected_version=version)
        self._count(stream)

    def late(self, work: UnitOfWork, chance: random.Random) -> None:
        """This takes an id, and commits once the reader has gone past that."""
        key = f"late-{self.number}"  # Its own: a lock on a shared key would stop the others.
        self._append(work, key)
        work.write_now()
        with connections[self.alias].cursor() as cursor:
            cursor.execute("SELECT max(id) FROM messaging_message WHERE key = %s", [key])
            identity = cursor.fetchone()[0]
        for _ in range(round(_LONG_TRANSACTION_SECONDS / 0.01)):
            if self.passed(identity) or self.stop.wait(0.01):
                return

    def _append(self, work: UnitOfWork, key: str) -> None:
        work.append(ThingHappened(thing=key, number=self._count(key)))

    def _count(self, key: str) -> int:
        with connections[self.alias].cursor() as cursor:
            cursor.execute(_COUNT, [key])
            return int(cursor.fetchone()[0])

    def _hold(self, work: UnitOfWork, seconds: float) -> None:
        work.write_now()  # What is held back is in the log, and not committed.
        self.stop.wait(seconds)


_WAYS = (
    *(Writer.one, Writer.held, Writer.many, Writer.regretted),
    *(Writer.savepoints, Writer.to_stream, Writer.late),
)
_WEIGHTS = (6, 4, 2, 2, 3, 4, 1)


def make_counts(alias: str) -> None:
    """This makes the table that the writers count in."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_COUNTS)


def counts(alias: str) -> dict[str, int]:
    """This gives the number of the last committed message of each key and stream."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT name, count FROM faults_thing")
        return dict(cursor.fetchall())


def _key(chance: random.Random) -> str:
    return f"thing-{chance.randrange(KEYS)}"
