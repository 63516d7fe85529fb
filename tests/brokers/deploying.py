"""`python -m tests.brokers.deploying EDITION URL PREFIX FOLDER`: a release that runs.

It publishes what it has to say, and hears everybody, itself included, until it is ended.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import django

from tests.brokers.editions import broken, new, old

EDITIONS: dict[str, Any] = {"old": old.Priced, "new": new.Priced, "broken": broken.Priced}

#: How many messages each release publishes.
SAID = 10


def main(edition: str, url: str, prefix: str, folder: Path) -> None:
    """This runs until it is killed."""
    django.setup()

    from modules.kernel.messaging.brokers import Reception, Route, open_transport
    from modules.kernel.messaging.catalogue import register_message
    from modules.kernel.messaging.consumer import Consumer
    from modules.kernel.messaging.delivery import Delivery
    from modules.kernel.messaging.models import OperatorAction
    from modules.kernel.messaging.subscriptions import Handler, RetryPolicy, Subscription
    from tests.brokers.crossing import new_relay, publish, sequence
    from tests.brokers.databases import HERE, THERE, two_databases

    priced = EDITIONS[edition]
    register_message(priced)

    def record(message: Any, delivery: Delivery) -> None:
        said = " ".join(f"{name}={value}" for name, value in dataclasses.asdict(message).items())
        OperatorAction.objects.using(THERE).create(operator=edition, action="heard", subject=said)

    with two_databases(folder, folder / "template.sqlite3"):
        transport = open_transport(url, prefix=prefix)
        route = Route(deployable=edition, modules=("probe",), names=("probe.priced",))
        relay, reception = new_relay(transport), Reception(transport, route, database=THERE)
        handler = Handler(record=record, retry=RetryPolicy(attempts=1))
        consumer = Consumer(
            Subscription("audience", "audience", {"probe.priced": (handler,)}),
            database=THERE,
            source=THERE,
            owner=edition,
        )
        reception.step(timeout_seconds=1)  # It has its queue before anybody is told to speak.
        (folder / "listens").touch()
        while not (folder / "speak").exists():
            reception.step(timeout_seconds=0.2)
        amount = next(one.name for one in dataclasses.fields(priced) if one.name != "thing")
        publish(*(priced(thing=f"{edition}-{n}", **{amount: n}) for n in range(SAID)))
        while True:
            sequence(HERE)
            relay.step()
            reception.step(timeout_seconds=0.2)
            sequence(THERE)
            consumer.step()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
