"""How far each consumer is: for the console, `manage.py messages stats` and the metrics."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connections
from django.db.models import Count, Min
from django.db.models.functions import Now

from modules.kernel.messaging.brokers.routes import relay_subscription
from modules.kernel.messaging.dialect import as_datetime, now_sql
from modules.kernel.messaging.logs import Log, databases, open_log
from modules.kernel.messaging.models import Partition, SetAside
from modules.kernel.messaging.subscriptions import Subscription, subscriptions
from modules.kernel.messaging.unit_of_work import database_of_module
from modules.kernel.placements import hosting


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerStatistics:
    """This is where one consumer of one log stands.

    Attributes:
        head: last position of the log.
        checkpoint: what it has dealt with, in its slowest partition.
        lag: messages for it that wait, counted up to `LAG_LIMIT`.
        oldest_seconds: age of the oldest of them; 0 without one.
        retrying, waiting, parked: messages set aside.
        workers: who holds its partitions.
    """

    consumer: str
    module: str
    source: str
    head: int
    checkpoint: int
    lag: int
    oldest_seconds: float
    retrying: int
    waiting: int
    parked: int
    workers: int


#: Further than this a lag is not counted: it is an incident, whatever its exact size.
LAG_LIMIT = 10_000
#: Reads of a log for that, of a million positions in all: as much as a scrape of metrics waits for.
_READS = 50


def consumer_statistics() -> list[ConsumerStatistics]:
    """This gives the statistics of every consumer of every log, the relay among them."""
    at = hosting()
    relays = (relay_subscription(at),) if at.is_distributed else ()
    # One whose module is elsewhere waits for nothing here, however far the log goes on.
    here = [one for one in subscriptions() if one.module not in at.remote]
    return [
        _of(subscription, open_log(source, kept_in=source))
        for subscription in (*here, *relays)
        for source in databases()
    ]


def _of(subscription: Subscription, log: Log) -> ConsumerStatistics:
    database = database_of_module(subscription.module)
    mine = {"consumer": subscription.consumer, "source": log.database}
    head = log.head()
    partitions = Partition.objects.using(database).filter(**mine)
    checkpoint = partitions.aggregate(slowest=Min("checkpoint"))["slowest"]
    if checkpoint is None:  # It has never run.
        checkpoint = head if subscription.from_now else 0
    done = dict(partitions.values_list("part", "checkpoint"))
    lag, oldest, after = 0, None, checkpoint
    # A read looks at a stretch of the log: that it finds nothing does not say that nothing waits.
    for _ in range(_READS):
        if after >= head or lag >= LAG_LIMIT:
            break
        found, after = log.read(
            after=after, names=list(subscription.handlers), parts=None, limit=LAG_LIMIT
        )
        waiting = [one for one in found if one.position > done.get(one.partition, 0)]
        lag += len(waiting)
        oldest = oldest or (waiting[0].recorded_at if waiting else None)
    if after < head and lag < LAG_LIMIT:
        # So far behind is only who stands still; all that was not looked at counts as waiting.
        lag = LAG_LIMIT
        found, _ = log.read(after=after, names=None, parts=None, limit=1)
        oldest = oldest or (found[0].recorded_at if found else None)
    counts = dict(
        SetAside.objects.using(database)
        .filter(**mine)
        .values_list("state")
        .annotate(count=Count("id"))
    )
    return ConsumerStatistics(
        consumer=subscription.consumer,
        module=subscription.module,
        source=log.database,
        head=head,
        checkpoint=checkpoint,
        lag=min(lag, LAG_LIMIT),
        oldest_seconds=_age(log.database, oldest) if oldest else 0.0,
        retrying=counts.get("retrying", 0),
        waiting=counts.get("waiting", 0),
        parked=counts.get("parked", 0),
        workers=workers_of(database=database, **mine),
    )


def workers_of(*, database: str, consumer: str, source: str) -> int:
    """This gives how many processes hold partitions of one consumer of one log."""
    partitions = Partition.objects.using(database).filter(consumer=consumer, source=source)
    # Who died holding some still stands in their rows; its leases run out.
    held = partitions.exclude(owner="").filter(lease_until__gt=Now())
    return held.values("owner").distinct().count()


def _age(database: str, since: datetime) -> float:
    with connections[database].cursor() as cursor:
        cursor.execute(f"SELECT {now_sql(database)}", [])
        now = as_datetime(cursor.fetchone()[0])
    assert now is not None
    return max((now - since).total_seconds(), 0.0)
