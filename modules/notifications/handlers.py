"""What notifications hears of ordering: only that something happened."""

from django.utils import timezone

from modules.kernel.messaging import Delivery
from modules.notifications.domain.letters import Kind
from modules.notifications.use_cases import record_mail
from modules.ordering.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderFailed,
    OrderFulfilled,
    OrderReturned,
)


def on_order_confirmed(message: OrderConfirmed, delivery: Delivery) -> None:
    record_mail(order_id=message.order_id, kind=Kind.CONFIRMED, now=timezone.now())


def on_order_fulfilled(message: OrderFulfilled, delivery: Delivery) -> None:
    record_mail(order_id=message.order_id, kind=Kind.FULFILLED, now=timezone.now())


def on_order_failed(message: OrderFailed, delivery: Delivery) -> None:
    record_mail(order_id=message.order_id, kind=Kind.FAILED, now=timezone.now())


def on_order_cancelled(message: OrderCancelled, delivery: Delivery) -> None:
    record_mail(order_id=message.order_id, kind=Kind.CANCELLED, now=timezone.now())


def on_order_returned(message: OrderReturned, delivery: Delivery) -> None:
    record_mail(order_id=message.order_id, kind=Kind.RETURNED, now=timezone.now())
