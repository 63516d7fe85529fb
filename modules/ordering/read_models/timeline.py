"""Order timeline: what has happened to each order, in the order in which ordering heard of it.

Read by `queries.timeline`, for pages and for streams that go on where they were broken off;
written by nobody but the projector.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from django.db import models
from django.db.models import Max

from modules.inventory.contracts import StockPicked, StockRefused, StockReserved
from modules.kernel.readmodels import Happened, Projection, Tables
from modules.ordering.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderFailed,
    OrderFulfilled,
    OrderPlaced,
    OrderReturned,
)
from modules.payments.contracts import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
    RefundRefused,
)
from modules.shipping.contracts import (
    ShipmentBooked,
    ShipmentDelivered,
    ShipmentDispatched,
    ShipmentRefused,
    ShipmentReturned,
)

#: What each event is called in a timeline. Clients know these words: none may change.
_WHAT: dict[type, str] = {
    OrderPlaced: "order-placed",
    OrderConfirmed: "order-confirmed",
    OrderFulfilled: "order-fulfilled",
    OrderReturned: "order-returned",
    OrderFailed: "order-failed",
    OrderCancelled: "order-cancelled",
    PaymentAuthorised: "payment-authorised",
    PaymentDeclined: "payment-declined",
    PaymentCaptured: "payment-captured",
    PaymentVoided: "payment-voided",
    PaymentRefunded: "payment-refunded",
    RefundRefused: "refund-refused",
    StockReserved: "stock-reserved",
    StockRefused: "stock-refused",
    StockPicked: "stock-picked",
    ShipmentBooked: "shipment-booked",
    ShipmentRefused: "shipment-refused",
    ShipmentDispatched: "shipment-dispatched",
    ShipmentDelivered: "shipment-delivered",
    ShipmentReturned: "shipment-returned",
}


class TimelineRow(models.Model):
    """This is one thing that happened to an order.

    Attributes:
        key: order and number.
        number: from 1, within the order.
    """

    key = models.CharField(max_length=60, primary_key=True)
    order_id = models.UUIDField()
    number = models.PositiveIntegerField()
    message_id = models.UUIDField()
    what = models.CharField(max_length=30)
    code = models.CharField(max_length=60, default="")
    happened_at = models.DateTimeField()

    objects: ClassVar[models.Manager["TimelineRow"]] = models.Manager()

    class Meta:
        managed = False
        db_table = "ordering_timeline"
        indexes = (models.Index(fields=["order_id", "number"], name="ordering_timeline_order"),)


class OrderTimeline(Projection):
    """This keeps what has happened to each order."""

    name, module, version = "ordering.order_timeline", "ordering", 1
    handles = tuple(_WHAT)
    tables = (TimelineRow,)

    def project(self, events: Sequence[Happened], tables: Tables) -> None:
        ids = {uuid.UUID(one.event.order_id) for one in events}
        last: Counter[uuid.UUID] = Counter()
        rows = tables[TimelineRow].filter(order_id__in=ids).values("order_id")
        for row in rows.annotate(last=Max("number")):
            last[row["order_id"]] = row["last"]
        made = []
        for one in events:
            order_id = uuid.UUID(one.event.order_id)
            last[order_id] += 1
            made.append(
                tables.model(TimelineRow)(
                    key=f"{order_id}:{last[order_id]}",
                    order_id=order_id,
                    number=last[order_id],
                    message_id=one.message_id,
                    what=_WHAT[type(one.event)],
                    code=getattr(one.event, "code", ""),
                    happened_at=one.recorded_at,
                )
            )
        # A key that is there already was given by another log's news at the same moment: this
        # transaction fails, and its events are numbered anew.
        tables[TimelineRow].bulk_create(made)
