"""What tests of webhooks do: orders that something happens to, and a partner with endpoints."""

from collections.abc import Iterator
from contextlib import contextmanager

from modules.kernel import interfaces
from modules.kernel.messaging import unit_of_work
from modules.kernel.messaging.drivers.delivering import message_threads
from modules.kernel.messaging.models import SetAside
from modules.kernel.messaging.testing import drain
from modules.ordering.contracts import OrderPlaced
from modules.partners.contracts import Partners
from modules.partners.models import Endpoint
from modules.partners.tests.receiver import Receiver
from modules.shipping.contracts import Address

ACME = "acme"


def placed(order_id: str, *, by: str = ACME) -> OrderPlaced:
    return OrderPlaced(
        order_id=order_id,
        customer_id=by,
        currency="USD",
        lines=(),
        ship_to=Address(name="A", line1="B", city="C", country="D"),
        payment_token="tok_ok",
    )


def happen(*events: object) -> None:
    """These events of ordering are in the log, and whoever is there has heard of them."""
    with unit_of_work("ordering") as work:
        work.append_all(events)
    drain()


@contextmanager
def delivered_at_once(*events: object) -> Iterator[None]:
    """These events have happened, and a process delivers what comes of them."""
    with unit_of_work("ordering") as work:
        work.append_all(events)
    threads = message_threads(["partners"])
    threads.start()
    try:
        yield
    finally:
        threads.stop()


def a_moment_later() -> None:
    """What rests and what is to be tried again is due, and delivered."""
    Endpoint.objects.update(resting_until=None)
    SetAside.objects.filter(state="retrying").update(due_at="2000-01-01T00:00:00Z")
    drain()


def add(receiver: Receiver, *event_types: str) -> tuple[str, str]:
    made = interfaces.get(Partners).add_endpoint(
        partner=ACME, url=receiver.url, event_types=event_types
    )
    return made.endpoint.endpoint_id, made.secret


def states(endpoint_id: str) -> list[str]:
    page = interfaces.get(Partners).deliveries(partner=ACME, endpoint_id=endpoint_id)
    return [one.state for one in reversed(page.deliveries)]
