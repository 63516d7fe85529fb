"""Delivering a backlog with several workers: what the figures of delivery and memory share."""

import threading
import time
from collections.abc import Callable, Sequence

from benchmarks.harness import Crew, Database, Stop
from benchmarks.log.backlog import append_backlog
from benchmarks.log.messages import ThingHappened, thing
from modules.kernel.messaging.consumer import BATCH
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.drivers.delivering import message_threads
from modules.kernel.messaging.envelope import PARTITIONS
from modules.kernel.messaging.subscriptions import Handler, subscribe, subscriptions

_DEADLINE_SECONDS = 1_800.0
_LOOK_SECONDS = 0.25


def record_effect(message: ThingHappened, delivery: Delivery) -> None:
    """This is the handler: one row of effect."""
    from benchmarks.log.models import Effect  # Only where Django is set up.

    Effect.objects.create(thing=message.thing, number=message.number)


def record_effects(received: Sequence[tuple[ThingHappened, Delivery]]) -> None:
    """This is the handler of a projection: one row of effect a message, many a statement."""
    from benchmarks.log.models import Effect  # Only where Django is set up.

    Effect.objects.bulk_create(
        Effect(thing=message.thing, number=message.number) for message, _ in received
    )


def work_singly(stop: Stop) -> None:
    """This delivers as `manage.py worker` does, until told to stop."""
    _work(stop, Handler(record=record_effect))


def work_together(stop: Stop) -> None:
    """This does the same with a handler that takes its messages together."""
    _work(stop, Handler(record=record_effects, together=True))


def write_bare(stop: Stop, count: int) -> None:
    """This makes the same effects without a log: what Django's own INSERTs cost, and no less.

    As a consumer does it, in transactions of `BATCH` rows.
    """
    from django.db import transaction

    from benchmarks.log.models import Effect  # Only where Django is set up.

    for first in range(0, count, BATCH):
        with transaction.atomic():
            for number in range(first, min(first + BATCH, count)):
                Effect.objects.create(thing=thing(number), number=number)
    stop.wait()


def _work(stop: Stop, handler: Handler) -> None:
    if all(one.consumer != "bench" for one in subscriptions()):
        subscribe(
            consumer="bench",
            module="bench",
            message_class=ThingHappened,
            handler=handler,
            from_now=True,
        )
    threads = message_threads(["bench"])
    threads.start()
    stop.wait()
    threads.stop()


def wait_until_shared(database: Database, workers: int) -> None:
    """This waits until each worker holds its fair share of the partitions."""
    fair = -(-PARTITIONS // workers)
    query = (
        "SELECT coalesce(max(n), 0), coalesce(sum(n), 0) FROM (SELECT count(*) AS n"
        " FROM messaging_partition WHERE consumer = 'bench' AND owner <> '' GROUP BY owner) shares"
    )
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while database.row(query) != (fair, PARTITIONS):
        if time.monotonic() > deadline:
            raise TimeoutError("the workers do not share the partitions")
        threading.Event().wait(_LOOK_SECONDS)


def effects(database: Database) -> int:
    """This gives about how many effects there are: cheap to ask while they become more."""
    count: int = database.row("SELECT coalesce(max(id), 0) FROM log_effect")[0]
    return count


def make_effects_bare(database: Database, workers: Crew, *, size: int, count: int) -> float:
    """This has `size` processes make as many effects with no log, and gives effects a second."""
    database.execute("TRUNCATE log_effect RESTART IDENTITY")
    workers.begin(write_bare, count // size)
    _wait_for_effects(database, count)
    workers.end()
    return _effects_a_second(database, count)


def deliver_backlog(
    database: Database,
    workers: Crew,
    *,
    size: int,
    count: int,
    work: Callable[[Stop], None] = work_singly,
) -> float:
    """This has `size` workers deliver a backlog and gives messages a second.

    Timed from the first effect to the last. That each is there once, and that those of one
    key are in order, is checked: a figure for unordered delivery would be worth nothing.
    """
    database.execute("TRUNCATE log_effect RESTART IDENTITY")
    workers.begin(work)
    wait_until_shared(database, size)
    append_backlog(database, count)
    _wait_for_effects(database, count)
    workers.end()
    check_effects(database, count)
    return _effects_a_second(database, count)


def _wait_for_effects(database: Database, count: int) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while database.row("SELECT count(*) FROM log_effect")[0] < count:
        if time.monotonic() > deadline:
            raise TimeoutError("the backlog is not worked off")
        threading.Event().wait(_LOOK_SECONDS)


def _effects_a_second(database: Database, count: int) -> float:
    (seconds,) = database.row(
        "SELECT extract(epoch FROM max(made_at) - min(made_at)) FROM log_effect"
    )
    return count / float(seconds)


def check_effects(database: Database, count: int) -> None:
    """This refuses effects that are missing, doubled or out of order within a key."""
    found = database.row(
        "SELECT count(*), count(DISTINCT number), count(*) FILTER (WHERE number < before) FROM"
        " (SELECT number, lag(number) OVER (PARTITION BY thing ORDER BY id) AS before"
        " FROM log_effect) ordered"
    )
    if found != (count, count, 0):
        raise AssertionError(f"{count} messages; effects, different ones, out of order: {found}")
