"""What a checkout's messages are, whoever leads it: run in a process of its own.

    python -m tests.journeys.traces

Prints, as JSON, for each of some orders how it ended and its messages' names in order. In which
form the saga runs is up to the environment (`QUARRY_CHOREOGRAPHED_SAGAS`), and so is the
database, which is empty and migrated.
"""

import itertools
import json
import sys

import django

#: Name → pieces, card, postal code, and whether it is cancelled at once.
ORDERS = {
    "fulfilled": (2, "tok_ok", "05021", False),
    "declined": (2, "tok_declined", "05021", False),
    "out of stock": (9, "tok_ok", "05021", False),
    "undeliverable": (2, "tok_ok", "00000", False),
    "silent provider": (2, "tok_timeout", "05021", False),
    "cancelled": (2, "tok_ok", "05021", True),
}


def main() -> None:
    """This places the orders, one after another, and prints what came of them."""
    django.setup()
    from django.test import Client
    from django.test.utils import setup_test_environment

    from modules.kernel.http.testing import bearer
    from modules.kernel.messaging.testing import drain
    from tests.journeys.conftest import Shop
    from tests.topologies.plugin import System

    setup_test_environment()
    shop = Shop(System(client=Client(headers=bearer()), drain=drain))
    told = {name: _one(shop, name, *order) for name, order in ORDERS.items()}
    shop.audit()
    json.dump(told, sys.stdout)


def _one(
    shop: "Shop",  # type: ignore[name-defined]  # noqa: F821  # there once Django is
    name: str,
    pieces: int,
    token: str,
    postal_code: str,
    cancelled: bool,
) -> dict[str, object]:
    sku = f"TR-{name.replace(' ', '-')}"
    shop.sell(sku, on_hand=5)
    order_id = shop.place({sku: pieces}, token=token, postal_code=postal_code)
    if cancelled:
        shop.cancel(order_id)
    shop.deliver()
    order = shop.order(order_id)
    return {
        "status": order["status"],
        "failure": order["failure"],
        "messages": _names_of(order_id),
    }


def _names_of(order_id: str) -> list[str]:
    from modules.kernel.messaging.models import Message

    # What the engine tells itself is how it works, not what it does.
    seen = Message.objects.filter(key=order_id).exclude(name__startswith="sagas.").order_by("id")
    # One for each run of the same: how often payments asks a silent provider depends on what
    # that has done, and with it on the order's id.
    return [name for name, _ in itertools.groupby(seen.values_list("name", flat=True))]


if __name__ == "__main__":
    main()
