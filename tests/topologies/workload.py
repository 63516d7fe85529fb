"""A workload from a seed, and what came of it: told without what differs from run to run.

Nothing in it depends on which of two modules answers first, for that is no promise: an order
fails for one reason only, and no two orders want the same last piece.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import Any

from modules.kernel.messaging.logs import databases
from modules.kernel.messaging.models import Message
from modules.kernel.messaging.unit_of_work import database_of_module
from tests.journeys.conftest import Shop

SKUS = ("NW-001", "NW-002", "NW-003")
SOLD_OUT = "NW-004"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """This is one order of the workload, and what its customer does then.

    Attributes:
        then: ``cancel`` at once, ``return`` once it is delivered, or nothing.
    """

    lines: dict[str, int]
    token: str
    postal_code: str
    then: str


def wishes(seed: int, *, count: int) -> list[Wish]:
    """This gives the orders of a workload."""
    random = Random(seed)
    made = []
    for _ in range(count):
        lines = {sku: random.randint(1, 3) for sku in random.sample(SKUS, random.randint(1, 3))}
        token, postal_code, then = "tok_ok", "05021", ""
        match random.randrange(8):
            case 0:
                token = "tok_declined"
            case 1:
                lines = {SOLD_OUT: 1}
            case 2:
                postal_code = "00000"
            case 3:
                token = "tok_flaky"
            case 4:
                then = "cancel"
            case 5:
                then = "return"
        made.append(Wish(lines=lines, token=token, postal_code=postal_code, then=then))
    return made


def play(shop: Shop, *, seed: int, count: int) -> dict[str, Any]:
    """This plays a workload to its end, and gives its outcome."""
    for sku in SKUS:
        shop.sell(sku, on_hand=1_000)
    shop.sell(SOLD_OUT, on_hand=0)
    random = Random(seed)
    orders: list[str] = []
    for wish in wishes(seed, count=count):
        order_id = shop.place(wish.lines, token=wish.token, postal_code=wish.postal_code)
        orders.append(order_id)
        if wish.then == "cancel":
            assert shop.cancel(order_id) == 202
        if wish.then == "return":
            shop.deliver()
            assert shop.send_back(order_id) == 200
        elif random.random() < 0.3:
            shop.deliver()
    shop.deliver()
    shop.audit()
    return {
        "orders": [_told(shop.order(order_id), orders) for order_id in orders],
        "stock": {sku: shop.on_hand(sku) for sku in (*SKUS, SOLD_OUT)},
        "messages": _messages_by_key(orders),
    }


def _messages_by_key(orders: list[str]) -> dict[str, list[str]]:
    """This gives the names of all messages of each key and source, in the order of its log.

    Raises:
        AssertionError: a process has received the messages of a key in another order.
    """
    sent: dict[tuple[str, str], list[Message]] = defaultdict(list)
    copies: dict[tuple[str, str, str], list[Message]] = defaultdict(list)
    for database in databases():
        for row in Message.objects.using(database).order_by("id"):
            if database_of_module(row.source) == database:
                sent[row.source, row.key].append(row)
            else:
                copies[row.source, row.key, database].append(row)
    for (source, key, database), received in copies.items():
        places = {row.message_id: place for place, row in enumerate(sent[source, key])}
        order = [places[row.message_id] for row in received]
        assert order == sorted(order), f"{database} has {key} of {source} in the order {order}"
    told = {
        f"{source} {_told(key, orders)}": [row.name for row in rows]
        for (source, key), rows in sent.items()
    }
    return dict(sorted(told.items()))


def _told(value: Any, orders: list[str]) -> Any:
    """This replaces what differs from run to run: ids by the number of the order, and times."""
    if isinstance(value, dict):
        return {
            name: _told(one, orders)
            for name, one in value.items()
            if not name.endswith("_at") and name != "tracking_number"
        }
    if isinstance(value, list):
        return [_told(one, orders) for one in value]
    if isinstance(value, str):
        for number, order_id in enumerate(orders):
            value = value.replace(order_id, f"order {number}")
    return value
