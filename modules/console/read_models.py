"""Live figures: what happens a minute, kept from the events of orders and payments.

Read by `queries.figures`. One row a minute, kind and label: adding up is all that is done. A module
that gets a database of its own has news of one minute in two logs, so the rows are locked first.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from django.db import models

from modules.kernel.readmodels import Happened, Projection, Tables
from modules.ordering.contracts import (
    OrderCancelled,
    OrderFailed,
    OrderFulfilled,
    OrderPlaced,
    OrderReturned,
)
from modules.payments.contracts import PaymentCaptured, PaymentRefunded

Key = tuple[datetime, str, str]


class Figure(models.Model):
    """This is how often something happened in a minute, and what it came to.

    Attributes:
        kind: placed, fulfilled, failed, cancelled, returned, captured or refunded.
        label: the code of a failure, the currency of money; else empty.
    """

    key = models.CharField(max_length=120, primary_key=True)
    minute = models.DateTimeField()
    kind = models.CharField(max_length=12)
    label = models.CharField(max_length=60, default="")
    number = models.BigIntegerField(default=0)
    amount_minor = models.BigIntegerField(default=0)

    objects: ClassVar[models.Manager["Figure"]] = models.Manager()

    class Meta:
        managed = False
        db_table = "console_figure"
        indexes = (models.Index(fields=["minute"], name="console_figure_minute"),)


_KINDS: dict[type, str] = {
    OrderPlaced: "placed",
    OrderFulfilled: "fulfilled",
    OrderFailed: "failed",
    OrderCancelled: "cancelled",
    OrderReturned: "returned",
    PaymentCaptured: "captured",
    PaymentRefunded: "refunded",
}


class LiveFigures(Projection):
    """This keeps the figures of each minute."""

    name, module, version = "console.live_figures", "console", 1
    handles = tuple(_KINDS)
    tables = (Figure,)

    def project(self, events: Sequence[Happened], tables: Tables) -> None:
        numbers: Counter[Key] = Counter()
        amounts: Counter[Key] = Counter()
        for one in events:
            minute = one.recorded_at.replace(second=0, microsecond=0)
            key = (minute, _KINDS[type(one.event)], _label(one.event))
            numbers[key] += 1
            amounts[key] += getattr(one.event, "amount_minor", 0)
        texts = {key: f"{key[0]:%Y%m%d%H%M}|{key[1]}|{key[2]}" for key in numbers}
        figure = tables.model(Figure)
        rows = tables.locked(
            (
                figure(key=text, minute=minute, kind=kind, label=label)
                for (minute, kind, label), text in texts.items()
            ),
            of=Figure,
        )
        for key, text in texts.items():
            rows[text].number += numbers[key]
            rows[text].amount_minor += amounts[key]
        tables[Figure].bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["number", "amount_minor"],
        )


def _label(event: object) -> str:
    match event:
        case OrderFailed():
            return event.code
        case PaymentCaptured() | PaymentRefunded():
            return event.currency
    return ""
