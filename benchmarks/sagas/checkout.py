"""The saga that is measured, and the three modules that do its steps.

Authorise, reserve, capture (the pivot), ship: a business row and an answer for each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modules.kernel.contracts import command as command_message
from modules.kernel.contracts import event
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.prepared import cursor_of
from modules.kernel.messaging.subscriptions import Handler, subscribe, subscriptions
from modules.kernel.messaging.unit_of_work import UnitOfWork, unit_of_work
from modules.kernel.sagas import Saga, command, local
from modules.kernel.sagas.engine import register

#: Who does what; each is a consumer of its own, as a module is.
MODULES = ("bench", "benchpay", "benchstock", "benchship")


@event("bench.order_wanted", key="order_id")
class OrderWanted:
    order_id: str


@command_message("benchpay.authorise", key="order_id")
class Authorise:
    order_id: str


@event("benchpay.authorised", key="order_id")
class Authorised:
    order_id: str


@command_message("benchpay.void", key="order_id")
class Void:
    order_id: str


@event("benchpay.voided", key="order_id")
class Voided:
    order_id: str


@command_message("benchstock.reserve", key="order_id")
class Reserve:
    order_id: str


@event("benchstock.reserved", key="order_id")
class Reserved:
    order_id: str


@command_message("benchstock.release", key="order_id")
class Release:
    order_id: str


@event("benchstock.released", key="order_id")
class Released:
    order_id: str


@command_message("benchpay.capture", key="order_id")
class Capture:
    order_id: str


@event("benchpay.captured", key="order_id")
class Captured:
    order_id: str


@command_message("benchship.ship", key="order_id")
class Ship:
    order_id: str


@event("benchship.shipped", key="order_id")
class Shipped:
    order_id: str


class BenchCheckout(Saga):
    """This is the checkout as far as it asks others."""

    name, version, input = "bench.checkout", 1, OrderWanted

    authorise = command(Authorise, success=Authorised, undo=Void, undone=Voided)
    reserve = command(Reserve, success=Reserved, undo=Release, undone=Released)
    capture = command(Capture, success=Captured, undo=Void, undone=Voided, pivot=True)
    ship = command(Ship, success=Shipped, retriable=True)
    finish = local("bench.finish", retriable=True)


def set_up(finished: Callable[[str], None]) -> None:
    """This registers the saga and its doers in this process.

    Args:
        finished: called with the order's id when its end is committed.
    """
    if any(one.consumer == "bench" for one in subscriptions()):
        raise RuntimeError("one run a process: consumers cannot be taken back")

    def finish(order_id: str, wanted: OrderWanted, work: UnitOfWork) -> None:
        work.after_commit(lambda: finished(order_id))

    register("bench", BenchCheckout, {"bench.finish": finish})
    for module, action, done in (
        ("benchpay", Authorise, Authorised),
        ("benchpay", Capture, Captured),
        ("benchstock", Reserve, Reserved),
        ("benchship", Ship, Shipped),
    ):
        handler = Handler(record=_doer(module, action.__name__.lower(), done))
        subscribe(consumer=module, module=module, message_class=action, handler=handler)


def want(order_id: str) -> None:
    """This starts one checkout."""
    with unit_of_work("bench") as work:
        work.append(OrderWanted(order_id=order_id))


def _doer(module: str, step: str, done: type) -> Callable[[Any, Delivery], None]:
    def do(message: Any, delivery: Delivery) -> None:
        with unit_of_work(module) as work, cursor_of(work.database) as cursor:
            # In SQL that is prepared, as the peer's steps write it.
            cursor.execute(
                "INSERT INTO benchmark_sagas_stepeffect (order_id, step) VALUES (%s, %s)",
                [message.order_id, step],
            )
            work.append(done(order_id=message.order_id))

    return do
