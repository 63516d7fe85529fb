"""`python -m tests.topologies.part`: one process of a topology, whose messages a test moves.

It serves HTTP, and does what it is told on standard input, a JSON document a line; each is
answered by one on standard output. Nothing moves by itself, so what a test sees between two
steps of its own is the same in every topology and on every broker.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any, TextIO

import django


def main(port: int) -> None:
    """This runs until its standard input ends."""
    # Whatever prints, a log or a library, must not speak in between.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _serve(port)
    _obey(answers)


def _serve(port: int) -> None:
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

    from config.wsgi import application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Nobody reads along."""

    server = ThreadedWSGIServer(("127.0.0.1", port), Quiet)
    server.daemon_threads = True
    server.set_app(application)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def _obey(answers: TextIO) -> None:
    part = Part()
    for line in sys.stdin:
        told = json.loads(line)
        answer = getattr(part, told.pop("do"))(**told)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


class Part:
    """This is what a test can tell the process to do."""

    def __init__(self) -> None:
        from django.conf import settings

        from modules.kernel.messaging.brokers import Reception, open_transport, received_route

        self._transport = Counted(
            open_transport(settings.QUARRY_BROKER_URL, prefix=settings.QUARRY_BROKER_PREFIX)
        )
        self._reception = Reception(self._transport, received_route())
        self._received = 0
        self._begin()

    def listens(self) -> list[str]:
        """This has the broker keep its messages from now on, and gives their names."""
        self._receive(0.1)
        return list(self._reception.route.names)

    def step(self, *, wait_seconds: float) -> dict[str, Any]:
        """This moves what there is to move, once, and tells what has crossed the broker so far."""
        moved, made = self._mover.step()
        relayed = self._relay.step()
        received = self._receive(wait_seconds)
        return {
            "moved": moved + made + relayed + received,
            "published": self._transport.published,
            "received": self._received,
        }

    def bring_forward(self) -> bool:
        """This makes the next thing due that lies ahead; false where nothing does."""
        return self._mover.bring_forward()

    def reset(self) -> bool:
        """This empties the database, and forgets what came before."""
        from django.core.management import call_command

        from modules.kernel import resilience

        self._mover.close()
        self._relay.close()
        resilience.forget_pipelines()
        call_command("flush", interactive=False, inhibit_post_migrate=True, verbosity=0)
        self._begin()
        return True

    def _begin(self) -> None:
        from modules.kernel.messaging.brokers import Relay
        from modules.kernel.messaging.drivers.owner import owner_here
        from modules.kernel.messaging.testing import Mover
        from modules.kernel.placements import hosting

        # Two steps lie further apart here than the first retry of what has failed.
        self._mover = Mover(hold=True)
        self._relay = Relay(
            self._transport,
            source="default",
            owner=owner_here(),
            at=hosting(),
        )

    def _receive(self, wait_seconds: float) -> int:
        from modules.kernel.messaging.brokers import BrokerUnavailable

        try:
            taken = self._reception.step(timeout_seconds=wait_seconds)
        except BrokerUnavailable:
            # A broker ends a connection that was silent for long, as between two steps of a
            # test under a debugger. The next step opens another.
            return 0
        handled = taken.appended + taken.duplicates
        self._received += handled
        return handled


class Counted:
    """This is a transport that counts what it has published, by name."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.published: Counter[str] = Counter()

    def publisher(self) -> CountedPublisher:
        return CountedPublisher(self._transport.publisher(), self.published)

    def receiver(self, route: Any) -> Any:
        return self._transport.receiver(route)

    def forget(self, route: Any) -> None:
        self._transport.forget(route)


class CountedPublisher:
    def __init__(self, publisher: Any, published: Counter[str]) -> None:
        self._publisher = publisher
        self._published = published

    def refusal(self, envelope: Any) -> str | None:
        refused: str | None = self._publisher.refusal(envelope)
        return refused

    def publish(self, envelopes: Sequence[Any]) -> None:
        self._publisher.publish(envelopes)
        self._published.update(envelope.name for envelope in envelopes)

    def close(self) -> None:
        self._publisher.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
