"""What the broker has kept for a service: nothing of before its move, and nothing after it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.conf import settings
from kombu import Connection

from modules.kernel.extraction.moving import operating, queues
from modules.kernel.extraction.moving.hearing import hearing_of
from modules.kernel.extraction.moving.operating import Wanted
from modules.kernel.extraction.moving.watching import Watcher
from modules.kernel.messaging.brokers import Route, open_transport
from modules.kernel.messaging.brokers.rabbitmq import SHARDS
from tests.brokers.envelopes import an_envelope
from tests.extraction.stage import CrashAt, Do, Stage


class Broker:
    """This is RabbitMQ as the service and those who send to it have it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._transport = open_transport(url, prefix=settings.QUARRY_BROKER_PREFIX)
        self._route = Route(
            deployable="payments", modules=("ordering",), names=("payments.capture_payment",)
        )

    def renew(self) -> None:
        """This has it keep nothing of the tests before."""
        self._transport.forget(self._route)

    def keep(self) -> None:
        """This has it keep commands to the service, as the service does when it runs."""
        receiver = self._transport.receiver(self._route)
        receiver.receive(limit=1, timeout_seconds=0.1)
        receiver.close()

    def read(self) -> threading.Thread:
        """This has a process of the service read, and let go when it has noticed."""
        receiver = self._transport.receiver(self._route)
        receiver.receive(limit=1, timeout_seconds=0.1)
        letting_go = threading.Timer(0.5, receiver.close)
        letting_go.start()
        return letting_go

    def send(self) -> None:
        """This sends a command."""
        publisher = self._transport.publisher()
        publisher.publish([an_envelope(name="payments.capture_payment")])
        publisher.close()

    def count(self) -> int:
        """This counts what waits for the service, which does not receive."""
        with Connection(self._url) as connection:
            return sum(self._count(connection, shard) for shard in range(SHARDS))

    def _count(self, connection: Connection, shard: int) -> int:
        name = f"{settings.QUARRY_BROKER_PREFIX}.payments.{shard}"
        channel: Any = connection.channel()
        return int(channel.queue_declare(name, passive=True).message_count)


@pytest.fixture
def broker(stage: Stage) -> Broker:
    """This is the broker, with a command that nobody has read: of an earlier time out there."""
    broker = Broker(stage.wanted.broker)
    broker.renew()
    broker.keep()
    broker.send()
    assert broker.count() == 1
    return broker


def test_begins_with_nothing_of_an_earlier_move(stage: Stage, broker: Broker) -> None:
    def cut_over(wanted: Wanted, watcher: Watcher) -> None:
        operating.cut_over(wanted, CrashAt("copy begins", broker.send))

    assert stage.move(cut_over) == ""
    assert broker.count() == 1, "what was sent since it began"


@pytest.mark.parametrize(
    ("kill_at", "then"), [("compare begins", operating.abort), ("", operating.roll_back)]
)
def test_leaves_nothing_behind(stage: Stage, broker: Broker, kill_at: str, then: Do) -> None:
    assert stage.move(operating.cut_over, kill_at=kill_at) == ("killed" if kill_at else "")
    broker.send()
    assert stage.move(then) == ""
    broker.keep()
    assert broker.count() == 0


def test_nothing_is_left_behind_where_the_service_is_about_to_let_go(
    stage: Stage, broker: Broker
) -> None:
    """Its processes notice within a moment that it is in charge no more, and not at once."""
    letting_go = broker.read()
    parameters = {"broker": stage.wanted.broker, "deployable": "payments"}
    queues.leave(hearing_of("payments"), parameters)
    letting_go.join()
    broker.keep()
    assert broker.count() == 0
