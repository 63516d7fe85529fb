"""One checkout in a process that kills itself at a given boundary, or carries on after that.

    python -m tests.faults.one_checkout begin BOUNDARY before|after
    python -m tests.faults.one_checkout go-on

Run by `test_killed_at_boundaries`, on the database of its environment. The boundary is the
number of a delivery; the process dies before its commit or right after it. The messages are
delivered by the real consumers.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from tests.journeys.conftest import Shop

SKU = "KILLED-1"
_DEADLINE_SECONDS = 60.0


def main() -> None:
    """This begins a checkout and dies of it, or ends what another process has begun."""
    django.setup()
    if sys.argv[1] == "begin":
        begin(int(sys.argv[2]), sys.argv[3])
    else:
        go_on()


def begin(boundary: int, when: str) -> None:
    """This places an order and delivers until the boundary."""
    shop = _shop()
    shop.sell(SKU, on_hand=5)
    shop.place({SKU: 2})
    die_at(boundary, when)
    shop.deliver()
    sys.stdout.write("the checkout had ended before the boundary\n")


def _shop() -> Shop:
    from django.test import Client

    from modules.kernel.http.testing import bearer
    from modules.kernel.messaging.testing import drain
    from tests.journeys.conftest import Shop
    from tests.topologies.plugin import System

    return Shop(System(client=Client(headers=bearer()), drain=drain))


def die_at(boundary: int, when: str) -> None:
    """This has the process killed at a delivery from now on, before its commit or after."""
    from modules.kernel.messaging import attempts
    from modules.kernel.messaging.unit_of_work import unit_of_work

    handle: Callable[..., None] = attempts.handle
    deliveries = itertools.count(1)

    def handle_and_die(subscription: Any, *arguments: Any, **options: Any) -> None:
        handle(subscription, *arguments, **options)
        if next(deliveries) != boundary:
            return
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        with unit_of_work(subscription.module) as work:
            work.after_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))

    attempts.handle = handle_and_die


def go_on() -> None:
    """This delivers until the order has ended, and checks money, stock and parcel."""
    from modules.kernel import interfaces
    from modules.kernel.messaging.testing import drain
    from modules.ordering.contracts import Ordering
    from tests.journeys.test_checkout_explored import OneOrder

    ordering = interfaces.get(Ordering)
    (order,) = ordering.orders().orders
    pause, give_up_at = threading.Event(), time.monotonic() + _DEADLINE_SECONDS
    # The leases of the one who died must run out first.
    while interfaces.get(Ordering).order(order_id=order.order_id).status in (
        "pending",
        "confirmed",
    ):
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"the order has not ended in {_DEADLINE_SECONDS} s")
        drain(until_idle=True)
        pause.wait(0.1)
    drain(until_idle=True)
    scenario = OneOrder(_shop(), may_end={"fulfilled"})
    scenario.sku = SKU
    scenario.check(order.order_id)
    sys.stdout.write("fulfilled, and conserved\n")


if __name__ == "__main__":
    main()
