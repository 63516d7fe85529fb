"""Who appends, and how: each contender prepares itself in its process, and then appends again
and again.

The peer is given every advantage: its events are serialised beforehand and go straight into
its recorder, while ours come in as objects and pass through all of `UnitOfWork.append`.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from uuid import uuid4

from django.db import connections, transaction
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment

from benchmarks.log.messages import ThingHappened, thing
from modules.kernel.contracts import new_id
from modules.kernel.messaging.catalogue import encode
from modules.kernel.messaging.context import Causes, caused_by
from modules.kernel.messaging.envelope import partition_of
from modules.kernel.messaging.unit_of_work import unit_of_work

BATCH = 100

_STATE = encode(ThingHappened(thing=thing(0), number=0)).encode()
_HEADERS = '{"correlationid":"0192f0c1-2c3d-7e4f-8a5b-6c7d8e9f0a1b"}'
_CAUSES = Causes(correlation_id="0192f0c1-2c3d-7e4f-8a5b-6c7d8e9f0a1b")

#: Appends once, and gives the number of events that it appended.
Append = Callable[[], int]


def log_single() -> Append:
    """This appends one message in a unit of work of its own."""
    numbers = _numbers()

    def append() -> int:
        number = next(numbers)
        with caused_by(_CAUSES), unit_of_work("bench") as work:
            work.append(ThingHappened(thing=thing(number), number=number))
        return 1

    return append


def log_batch() -> Append:
    """This appends a hundred messages in one unit of work."""
    numbers = _numbers()

    def append() -> int:
        batch = [
            ThingHappened(thing=thing(number), number=number)
            for number in itertools.islice(numbers, BATCH)
        ]
        with caused_by(_CAUSES), unit_of_work("bench") as work:
            work.append_all(batch)
        return BATCH

    return append


def bare_single() -> Append:
    """This inserts the log's row into a table of the same indexes, in a bare transaction."""
    numbers = _numbers()
    data = _STATE.decode()

    def append() -> int:
        key = thing(next(numbers))
        with transaction.atomic(), connections["default"].cursor() as cursor:
            cursor.execute(
                "INSERT INTO bare_message (message_id, source, name, schema_version, key, part,"
                " stream, stream_version, data, headers, effective_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    new_id(),
                    "bench",
                    "bench.thing_happened",
                    1,
                    key,
                    partition_of(key),
                    None,
                    None,
                    data,
                    _HEADERS,
                    None,
                ],
            )
        return 1

    return append


def peer_single() -> Append:
    """This inserts one event by the peer's recorder."""
    return _peer(1)


def peer_batch() -> Append:
    """This inserts a hundred events at once by the peer's recorder."""
    return _peer(BATCH)


def make_tables(stop: object) -> None:
    """This makes the tables of the contenders that are not ours."""
    with connections["default"].cursor() as cursor:
        cursor.execute("CREATE TABLE bare_message (LIKE messaging_message INCLUDING ALL)")
    _factory(create=True).application_recorder()


def _peer(size: int) -> Append:
    recorder = _factory(create=False).application_recorder()

    def append() -> int:
        originator = uuid4()
        recorder.insert_events(
            [
                StoredEvent(
                    originator_id=originator,
                    originator_version=version,
                    topic="benchmarks.log.messages:ThingHappened",
                    state=_STATE,
                )
                for version in range(1, size + 1)
            ]
        )
        return size

    return append


def _factory(*, create: bool) -> PostgresFactory:
    settings = connections["default"].settings_dict
    return PostgresFactory(
        Environment(
            env={
                "POSTGRES_DBNAME": settings["NAME"],
                "POSTGRES_HOST": settings["HOST"],
                "POSTGRES_PORT": str(settings["PORT"] or 5432),
                "POSTGRES_USER": settings["USER"],
                "POSTGRES_PASSWORD": settings["PASSWORD"] or "unused",
                "CREATE_TABLE": "y" if create else "n",
            }
        )
    )


def _numbers() -> Iterator[int]:
    # Each process in a range of its own, so that writers seldom share a key.
    return itertools.count(os.getpid() * 1_000_000)
