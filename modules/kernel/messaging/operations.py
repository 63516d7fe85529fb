"""What an operator does to messages; each action leaves a line in the audit trail (P4).

Called by `manage.py messages` and the console. A message is named by consumer, log and
position, as the list shows it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Min, Q
from django.db.models.functions import Now

from modules.kernel.contracts import Conflict, NotFound
from modules.kernel.messaging.brokers.routes import RELAY
from modules.kernel.messaging.logs import databases, open_log
from modules.kernel.messaging.models import Handled, OperatorAction, Partition, SetAside
from modules.kernel.messaging.subscriptions import subscription, subscriptions
from modules.kernel.messaging.unit_of_work import database_of_module
from modules.kernel.messaging.writer_turn import writer_turn


class NotSetAside(NotFound):
    """This says that no such message is set aside: it has gone through, or was dropped."""

    code = "message-not-set-aside"
    title = "No such message is set aside"


class WaitsBehind(Conflict):
    """This says that an earlier message of its key is set aside, and must be dealt with first."""

    code = "message-waits"
    title = "The message waits for an earlier one"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideMessage:
    """This is a message set aside, as an operator sees it."""

    database: str
    consumer: str
    source: str
    position: int
    message_id: str
    name: str
    key: str
    state: str
    attempts: int
    due_at: datetime
    set_aside_at: datetime
    error: str

    @property
    def last_words(self) -> str:
        """This is the last line of its error."""
        return (self.error.strip().splitlines() or [""])[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """This is one line of the audit trail.

    Attributes:
        database: where it stands, beside what it was done to.
        subject: what it was done to, as `action` names such things.
    """

    database: str
    at: datetime
    operator: str
    action: str
    subject: str
    reason: str


def check_names(*, consumer: str = "", log: str = "") -> None:
    """This refuses names of what there is not, where they are not empty.

    A consumer that the code has no more is known as long as it has partitions: what it has set
    aside keeps the log, until somebody drops it.

    Raises:
        LookupError: there is no such consumer, or no such log.
    """
    if log and log not in databases():
        raise LookupError(f"there is no log {log!r}; known: {', '.join(databases())}")
    if not consumer:
        return
    known = {one.consumer for one in subscriptions()}
    for database in databases():
        ran = Partition.objects.using(database).values_list("consumer", flat=True)
        known |= set(ran.distinct())
    if consumer not in known:
        raise LookupError(f"there is no consumer {consumer!r}; known: {', '.join(sorted(known))}")


def set_aside(
    *, consumer: str = "", state: str = "", key: str = "", limit: int = 100
) -> list[SetAsideMessage]:
    """This lists the messages set aside, oldest first, in all databases that hold modules."""
    found: list[SetAsideMessage] = []
    for database in databases():
        rows = SetAside.objects.using(database).order_by("set_aside_at", "pos")
        rows = rows.filter(consumer=consumer) if consumer else rows
        rows = rows.filter(state=state) if state else rows
        rows = rows.filter(key=key) if key else rows
        found += [_seen(database, row) for row in rows[:limit]]
    found.sort(key=lambda message: (message.set_aside_at, message.position))
    return found[:limit]


def show(
    *, consumer: str, source: str, position: int
) -> tuple[SetAsideMessage, dict[str, object] | None]:
    """This gives a message set aside, and its CloudEvent; None if it is not in the log any more.

    Raises:
        NotSetAside: there is no such message.
    """
    database, row = _find(consumer, source, position)
    found, _ = open_log(source, kept_in=source).read(
        after=position - 1, names=[row.name], parts=[row.part], limit=1
    )
    # The next one of its name is found where it is gone.
    is_there = bool(found) and found[0].position == position
    return _seen(database, row), found[0].as_cloudevent() if is_there else None


def actions(*, limit: int = 100, offset: int = 0) -> list[Action]:
    """This lists what operators did, newest first, in all databases that hold modules."""
    until = offset + limit
    found = [
        Action(
            database=database,
            at=row.at,
            operator=row.operator,
            action=row.action,
            subject=row.subject,
            reason=row.reason,
        )
        for database in databases()
        for row in OperatorAction.objects.using(database).order_by("-at", "-id")[:until]
    ]
    found.sort(key=lambda action: action.at, reverse=True)
    return found[offset:until]


def retry(*, consumer: str, source: str, position: int, operator: str) -> SetAsideMessage:
    """This has a message tried again now, with all its attempts before it.

    Returns:
        What it was until now.

    Raises:
        NotSetAside: there is no such message.
        WaitsBehind: it would not be tried, since an earlier one of its key is set aside.
    """

    def start_over(row: SetAside) -> None:
        _refuse_if_it_waits(row)
        row.state, row.attempts = SetAside.State.RETRYING, 0
        row.due_at = Now()  # the database's clock
        # Not when it was set aside: SQLite would keep that in other digits than before, and the
        # message would be listed after those that came in the same millisecond.
        row.save(update_fields=["state", "attempts", "due_at"])

    [message] = _act("retry", consumer, source, position, operator, "", start_over)
    return message


def drop(
    *,
    consumer: str,
    source: str,
    position: int,
    operator: str,
    reason: str,
    whole_key: bool = False,
) -> list[SetAsideMessage]:
    """This gives a message up for one consumer; the later ones of its key go on.

    The message itself stays in the log, and the reason in the audit trail.

    Args:
        whole_key: with all others of its key that the consumer has set aside. Where they are
            repeats of one command, each would only be parked in its turn.

    Returns:
        What was dropped, in order.

    Raises:
        NotSetAside: there is no such message.
        ValueError: no reason was given.
    """
    if not reason.strip():
        raise ValueError("say why: a message is dropped with a reason only")

    def give_up(row: SetAside) -> None:
        row.delete()

    return _act("drop", consumer, source, position, operator, reason, give_up, whole_key=whole_key)


def replay(*, consumer: str, source: str, position: int, operator: str) -> None:
    """This has a consumer go through the log again from after a position.

    Effects are made again: for consumers that can be repeated, such as those that keep a
    copy. What it has set aside from there on is forgotten, since it will come again.

    Raises:
        ValueError: the consumer has not come to the position everywhere: it would pass over what
            lies between, for good. Of a relay that may be meant.
    """
    module = "" if consumer == RELAY else subscription(consumer).module
    database = database_of_module(module)
    with writer_turn(database), transaction.atomic(using=database):
        mine = {"consumer": consumer, "source": source}
        partitions = Partition.objects.using(database).filter(**mine)
        slowest = partitions.aggregate(slowest=Min("checkpoint"))["slowest"] or 0
        # A relay is told where to begin with what other deployables are to get at all.
        if position > slowest and consumer != RELAY:
            raise ValueError(
                f"{consumer} has come to position {slowest} in {source}, so nothing can be replayed"
                f" from {position}: `--from {slowest}` is the last that passes nothing over"
            )
        # The epoch goes up: whoever holds the lease is refused, and claims anew from here.
        partitions.update(checkpoint=position, epoch=F("epoch") + 1, lease_until=Now(), owner="")
        SetAside.objects.using(database).filter(**mine, pos__gt=position).delete()
        Handled.objects.using(database).filter(**mine, pos__gt=position).delete()
        _note(database, operator, "replay", f"{consumer} {source}:{position}", "")


def _act(
    action: str,
    consumer: str,
    source: str,
    position: int,
    operator: str,
    reason: str,
    change: Callable[[SetAside], object],
    *,
    whole_key: bool = False,
) -> list[SetAsideMessage]:
    database, named = _find(consumer, source, position)
    which = Q(key=named.key) if whole_key else Q(pos=position)
    with writer_turn(database), transaction.atomic(using=database):
        # Locked in the order of the log: two who drop a key at once must not deadlock.
        mine = SetAside.objects.using(database).select_for_update().order_by("pos")
        rows = list(mine.filter(which, consumer=consumer, source=source))
        if position not in {row.pos for row in rows}:
            raise _missing(consumer, source, position)
        done = [_seen(database, row) for row in rows]
        for row in rows:
            _note(database, operator, action, f"{consumer} {source}:{row.pos} {row.name}", reason)
            change(row)
    return done


def _refuse_if_it_waits(row: SetAside) -> None:
    mine = {"consumer": row.consumer, "source": row.source, "key": row.key}
    of_key = SetAside.objects.using(row._state.db).filter(**mine, pos__lt=row.pos)
    first = of_key.order_by("pos").first()
    if first is not None:
        raise WaitsBehind(
            f"{row.name} at {row.source}:{row.pos} waits behind {first.name} at "
            f"{first.source}:{first.pos} ({first.state}), which has the same key; try that first: "
            f"`manage.py messages retry {first.consumer} {first.source} {first.pos}`"
        )


def _find(consumer: str, source: str, position: int) -> tuple[str, SetAside]:
    for database in databases():
        row = (
            SetAside.objects.using(database)
            .filter(consumer=consumer, source=source, pos=position)
            .first()
        )
        if row is not None:
            return database, row
    raise _missing(consumer, source, position)


def _missing(consumer: str, source: str, position: int) -> NotSetAside:
    return NotSetAside(
        f"nothing is set aside by {consumer} at {source}:{position}; "
        "`manage.py messages list` shows what is",
        consumer=consumer,
        source=source,
        position=position,
    )


def _note(database: str, operator: str, action: str, subject: str, reason: str) -> None:
    OperatorAction.objects.using(database).create(
        operator=operator, action=f"messages.{action}", subject=subject, reason=reason
    )


def _seen(database: str, row: SetAside) -> SetAsideMessage:
    return SetAsideMessage(
        database=database,
        consumer=row.consumer,
        source=row.source,
        position=row.pos,
        message_id=str(row.message_id),
        name=row.name,
        key=row.key,
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at,
        set_aside_at=row.set_aside_at,
        error=row.error,
    )
