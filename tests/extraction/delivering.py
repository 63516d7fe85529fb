"""The deliveries of payments in the database that is `default`, in this thread, when told to."""

from __future__ import annotations

import os
from types import TracebackType

from django.db import connections

from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.subscriptions import subscriptions

#: More often than anything is tried or asked again.
_FORWARD = 40


class Deliveries:
    """These are the consumers of payments, and who leads their log."""

    def __init__(self) -> None:
        self._log = open_log("default")
        self._consumers = [
            Consumer(one, database="default", source="default", owner=f"test:{os.getpid()}")
            for one in subscriptions()
            if one.module == "payments"
        ]

    def __enter__(self) -> Deliveries:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for consumer in self._consumers:
            consumer.close()
        self._log.resign()

    def step(self) -> int:
        """This moves what there is to move once, and gives how much."""
        assert self._log.lead(), "another process leads the log"
        return self._log.tick() + sum(one.step() for one in self._consumers)

    def until_idle(self) -> None:
        """This delivers all that is due."""
        while self.step():
            pass

    def to_the_end(self) -> None:
        """This delivers all there is, also what lies ahead, but for what is parked."""
        self.until_idle()
        for _ in range(_FORWARD):
            if not bring_forward():
                return
            for consumer in self._consumers:
                consumer.look_again()
            self.until_idle()
        raise AssertionError("there is no end of it")


def bring_forward() -> int:
    """This makes due what lies ahead or is to be tried again; gives how much there is."""
    now = now_sql("default")
    with connections["default"].cursor() as cursor:
        cursor.execute(f"UPDATE messaging_scheduled SET due_at = {now}", [])
        moved: int = cursor.rowcount
        cursor.execute(f"UPDATE messaging_setaside SET due_at = {now} WHERE state = 'retrying'", [])
        return moved + int(cursor.rowcount)
