"""Order history: every order as customers and operators look for it, kept from the events.

Read by `queries.history`; written by nobody but the projector. Which order was placed is
ordering's own news, what it comes to is payments': with each in a log of its own either may
come first, so a row is made by whichever does.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.db import models

from modules.kernel.readmodels import Happened, Projection, Tables
from modules.ordering.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderFailed,
    OrderFulfilled,
    OrderPlaced,
    OrderReturned,
)
from modules.ordering.domain.order_status import OrderStatus
from modules.payments.contracts import PaymentAuthorised

#: What each event makes of an order, and which news is later than which.
_STATUS: dict[type, OrderStatus] = {
    OrderPlaced: OrderStatus.PENDING,
    OrderConfirmed: OrderStatus.CONFIRMED,
    OrderFulfilled: OrderStatus.FULFILLED,
    OrderReturned: OrderStatus.RETURNED,
    OrderFailed: OrderStatus.FAILED,
    OrderCancelled: OrderStatus.CANCELLED,
}

#: What each module's news fills: their logs may be two, and are then taken in by two threads.
_OF_PAYMENTS = ("total_minor",)
_OF_ORDERING = ("customer_id", "status", "currency", "placed_at", "failure_code")


class HistoryRow(models.Model):
    """This is an order in the history.

    Attributes:
        order_id: UUIDv7, so that the newest order has the highest.
        placed_at: null while only others have spoken of the order.
    """

    order_id = models.UUIDField(primary_key=True)
    customer_id = models.CharField(max_length=200, default="")
    status = models.CharField(max_length=10, default="")
    currency = models.CharField(max_length=3, default="")
    total_minor = models.BigIntegerField(default=0)
    placed_at = models.DateTimeField(null=True)
    failure_code = models.CharField(max_length=60, default="")

    objects: ClassVar[models.Manager["HistoryRow"]] = models.Manager()

    class Meta:
        managed = False
        db_table = "ordering_history"
        indexes = (
            models.Index(fields=["customer_id", "-order_id"], name="ordering_history_customer"),
            models.Index(fields=["status", "-order_id"], name="ordering_history_status"),
            models.Index(fields=["placed_at"], name="ordering_history_placed"),
        )


class HistoryProduct(models.Model):
    """This is a product in an order of the history."""

    key = models.CharField(max_length=260, primary_key=True)
    order_id = models.UUIDField()
    sku = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField()

    objects: ClassVar[models.Manager["HistoryProduct"]] = models.Manager()

    class Meta:
        managed = False
        db_table = "ordering_history_product"
        indexes = (models.Index(fields=["sku", "-order_id"], name="ordering_history_sku"),)


class OrderHistory(Projection):
    """This keeps the history of orders."""

    name, module, version = "ordering.order_history", "ordering", 1
    handles = (*_STATUS, PaymentAuthorised)
    tables = (HistoryRow, HistoryProduct)

    def project(self, events: Sequence[Happened], tables: Tables) -> None:
        row_class = tables.model(HistoryRow)
        totals: dict[uuid.UUID, HistoryRow] = {}
        ours = [one for one in events if not isinstance(one.event, PaymentAuthorised)]
        for one in events:
            if isinstance(one.event, PaymentAuthorised):
                order_id = uuid.UUID(one.event.order_id)
                totals[order_id] = row_class(order_id=order_id, total_minor=one.event.amount_minor)
        _keep(tables, totals, _OF_PAYMENTS)
        rows = tables[HistoryRow].in_bulk({uuid.UUID(one.event.order_id) for one in ours})
        products: list[HistoryProduct] = []
        for one in ours:
            order_id = uuid.UUID(one.event.order_id)
            _note(rows.setdefault(order_id, row_class(order_id=order_id)), one)
            if isinstance(one.event, OrderPlaced):
                products += [
                    tables.model(HistoryProduct)(
                        key=f"{order_id}:{line.sku}",
                        order_id=order_id,
                        sku=line.sku,
                        quantity=line.quantity,
                    )
                    for line in one.event.lines
                ]
        _keep(tables, rows, _OF_ORDERING)
        tables[HistoryProduct].bulk_create(products)


def _keep(tables: Tables, rows: Mapping[uuid.UUID, HistoryRow], columns: Sequence[str]) -> None:
    """This writes columns of rows, and makes those that are not there.

    Never a column of the other log's: another thread may be writing it at this moment. In order,
    so that the two do not come to wait for one another.
    """
    tables[HistoryRow].bulk_create(
        (rows[order_id] for order_id in sorted(rows)),
        update_conflicts=True,
        unique_fields=["order_id"],
        update_fields=columns,
    )


def _note(row: HistoryRow, one: Happened) -> None:
    event = one.event
    if isinstance(event, OrderPlaced):
        row.customer_id, row.currency = event.customer_id, event.currency
        row.placed_at = one.recorded_at
    row.status = _STATUS[type(event)].value
    if isinstance(event, OrderFailed):
        row.failure_code = event.code
