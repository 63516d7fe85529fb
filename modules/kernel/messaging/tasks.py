"""The messaging kernel's Celery tasks: deliver what waits, and the sweep behind it."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from celery import shared_task
from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings

from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.drivers import celery as driver
from modules.kernel.messaging.drivers.owner import owner_here
from modules.kernel.messaging.drivers.threads import ThreadGroup
from modules.kernel.messaging.drivers.watchdog import watched
from modules.kernel.messaging.followers import FollowerKind, followers
from modules.kernel.messaging.logs import databases
from modules.kernel.messaging.subscriptions import Subscription, subscriptions
from modules.kernel.messaging.unit_of_work import database_of_module
from modules.kernel.tasks import Periodic
from modules.kernel.telemetry.exposition import serve

#: After so long a task makes room for others, and asks for another turn.
_TURN_SECONDS = 5.0

_threads: list[ThreadGroup] = []


@shared_task(name=driver.DELIVER)
def deliver(*, module: str) -> int:
    """This delivers what waits for a module, and gives how much that was.

    It takes the partitions that are free and gives them back at the end, since the next
    wake-up may go to another worker; then it looks once more, for what came after its
    last look found others' wake-ups turned away.

    Each consumer gets its share of the turn, however long those before it took; what the others
    leave of it goes to those that have more.
    """
    consumers = [one for one in subscriptions() if one.module == module]
    following = [kind for kind in followers() if kind.module == module]
    busy: list[Callable[[float], int]] = [
        *(partial(_deliver, one, source) for one in consumers for source in databases()),
        *(partial(_follow, kind, source) for kind in following for source in databases()),
    ]
    turn_ends_at = time.monotonic() + _TURN_SECONDS
    delivered = 0
    while busy and (left_seconds := turn_ends_at - time.monotonic()) > 0:
        share_seconds = left_seconds / len(busy)
        cut_short = []
        for deliver_until in busy:
            ends_at = time.monotonic() + share_seconds
            delivered += deliver_until(ends_at)
            if time.monotonic() >= ends_at:
                cut_short.append(deliver_until)
        busy = cut_short
    if busy:
        driver.wake_module(module)
    return delivered


@shared_task(name="messaging.sweep")
def sweep() -> None:
    """This wakes every module: for wake-ups that were lost, and for what is to be retried."""
    # Beat runs under every driver; under another one, its threads are awake already, and
    # what is delivered here would be fought over with them.
    if settings.QUARRY_DRIVER == "celery":
        driver.wake_all_modules()


PERIODIC = (Periodic(task="messaging.sweep", every=timedelta(seconds=2)),)


@worker_ready.connect
def start_keeping(**_: object) -> None:
    """This starts keeping the logs in a Celery worker, where Celery is the driver."""
    if settings.QUARRY_DRIVER == "celery":
        group = driver.wake_threads()
        group.start()
        _threads.append(group)


@worker_ready.connect
def serve_metrics(**_: object) -> None:
    """This tells what the worker's processes count, where a port is named for it."""
    if settings.METRICS_PORT:
        serve(settings.METRICS_PORT)


@worker_shutting_down.connect
def stop_keeping(**_: object) -> None:
    """This gives the lead to another worker."""
    while _threads:
        _threads.pop().stop()


def _deliver(subscription: Subscription, source: str, ends_at: float) -> int:
    consumer = Consumer(
        subscription,
        database=database_of_module(subscription.module),
        source=source,
        owner=owner_here(),
        at_once=subscription.at_once,
    )
    with watched(consumer):
        return _deliver_until(consumer, ends_at)


def _follow(kind: FollowerKind, source: str, ends_at: float) -> int:
    follower = kind.follower(source)
    done = 0
    while made := follower.step():
        done += made
        if time.monotonic() >= ends_at:
            break
    follower.close()
    return done


def _deliver_until(consumer: Consumer, ends_at: float) -> int:
    delivered, looked_until = 0, -1
    while consumer.log.head() > looked_until:
        looked_until = consumer.log.head()
        while made := consumer.step():
            delivered += made
            if time.monotonic() >= ends_at:
                break
        consumer.close()
        if time.monotonic() >= ends_at:
            break
    return delivered
