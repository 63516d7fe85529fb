"""For tests: move messages now, in this thread, until there is nothing left to move."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar, cast

from django.db import connections
from django.db.models import F
from django.utils import timezone

from modules.kernel.contracts import contract_of, new_id
from modules.kernel.messaging.catalogue import decode
from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.followers import Follower, followers
from modules.kernel.messaging.logs import databases, open_log
from modules.kernel.messaging.models import Message, Scheduled, SetAside
from modules.kernel.messaging.subscriptions import subscriptions
from modules.kernel.messaging.unit_of_work import database_of_module, unit_of_work

T = TypeVar("T")

#: With `until_idle`, what is due within this time is brought forward instead of waited for.
_HORIZON_SECONDS = 2.0
#: Longer, by far, than anything is scheduled ahead.
_HELD = timedelta(days=365)


class Mover:
    """This moves the messages of this process's logs, in one thread, when it is told to.

    Args:
        hold: what a step leaves for later stays there until it is brought forward, however
            long that takes: for tests whose steps are slower than the first retry.
    """

    def __init__(self, *, hold: bool = False) -> None:
        self._held = _HELD if hold else timedelta(0)
        self._logs = [open_log(database) for database in databases()]
        for log in self._logs:
            if not log.lead():
                raise RuntimeError(f"another process leads the log in {log.database}")
        owner = f"drain:{new_id()}"
        self._consumers = [
            Consumer(one, database=database_of_module(one.module), source=log.database, owner=owner)
            for one in subscriptions()
            for log in self._logs
        ]
        # The modules' own only: what the kernel follows a log for, its tests step themselves.
        following: list[Follower] = [
            kind.follower(log.database) for kind in followers() if kind.module for log in self._logs
        ]
        self._stepped: list[Consumer | Follower] = [*self._consumers, *following]

    def step(self) -> tuple[int, int]:
        """This gives how many messages were sequenced, and how many deliveries were made."""
        began_at = timezone.now()
        moved = sum(log.tick() for log in self._logs)
        made = sum(one.step() for one in self._stepped)
        if self._held:
            self._hold(began_at)
        return moved, made

    def bring_forward(self) -> bool:
        """This makes the next thing due that lies within the horizon; False without one."""
        found = _bring_forward(self._held)
        for consumer in self._consumers:
            consumer.look_again()
        return found

    def _hold(self, began_at: datetime) -> None:
        """This moves into the future what falls due after the step began; what it moved before,
        and what was brought forward, stays."""
        for log in self._logs:
            window = {"due_at__gt": began_at, "due_at__lt": began_at + self._held / 2}
            later = F("due_at") + self._held
            retrying = SetAside.objects.using(log.database).filter(state="retrying", **window)
            retrying.update(due_at=later)
            Scheduled.objects.using(log.database).filter(**window).update(due_at=later)

    def close(self) -> None:
        """This gives back what it held of the logs."""
        for one in self._stepped:
            one.close()
        for log in self._logs:
            log.resign()


def drain(*, until_idle: bool = False) -> int:
    """This delivers all messages and what they cause, and gives how many deliveries it made.

    Args:
        until_idle: also bring forward what is scheduled, and what is to be retried, within
            the next two seconds, in the order in which it is due.
    """
    mover = Mover()
    delivered = 0
    nothing_ahead = not until_idle
    try:
        while True:
            moved, made = mover.step()
            delivered += made
            if moved or made:
                nothing_ahead = not until_idle
                continue
            if nothing_ahead:
                return delivered
            # One more round after that: what lay ahead may have become due by itself meanwhile.
            nothing_ahead = not mover.bring_forward()
    finally:
        mover.close()


def messages(message_class: type[T]) -> list[T]:
    """This gives all messages of a class, in the order in which they were appended.

    Read where they were appended: a log also has copies of what other deployables sent here.
    """
    contract = contract_of(message_class)
    return [
        cast(T, decode(row.name, row.schema_version, row.data))
        for database in databases()
        for row in Message.objects.using(database).filter(name=contract.name).order_by("id")
        if database_of_module(row.source) == database
    ]


def deliver(message: object, *, source: str) -> None:
    """This appends a message as the module `source` would, and drains."""
    with unit_of_work(source) as work:
        work.append(message)
    drain()


def _bring_forward(held: timedelta) -> bool:
    """This makes the next thing due now that is due within the horizon; False without one."""
    for database in databases():
        horizon = now_sql(database, plus_seconds=_HORIZON_SECONDS + held.total_seconds())
        now = now_sql(database)
        with connections[database].cursor() as cursor:
            cursor.execute(
                f"UPDATE messaging_setaside SET due_at = {now}"
                f" WHERE state = 'retrying' AND due_at > {now} AND due_at <= {horizon}",
                [],
            )
            if cursor.rowcount:
                return True
            cursor.execute(
                f"UPDATE messaging_scheduled SET due_at = {now} WHERE id = (SELECT id FROM"
                f" messaging_scheduled WHERE due_at <= {horizon} ORDER BY due_at, id LIMIT 1)",
                [],
            )
            if cursor.rowcount:
                return True
    return False
