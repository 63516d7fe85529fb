"""RabbitMQ's own: a node that really stops, queues that outlive it, one reader a queue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection

from modules.kernel.messaging.brokers import NobodyListens, Taken, open_transport
from tests.brokers.conftest import Brokers
from tests.brokers.crossing import Audience, OverBroker, effects, expected, notes, publish, settle
from tests.brokers.databases import THERE
from tests.brokers.envelopes import an_envelope
from tests.services.own_brokers import CutOffRabbitMq, OwnRabbitMq, stoppable_rabbitmq
from tests.services.rule import ServiceMissing, missing


@pytest.fixture
def node() -> Iterator[OwnRabbitMq | CutOffRabbitMq]:
    try:
        with stoppable_rabbitmq() as node:
            yield node
    except ServiceMissing as error:
        missing(str(error))


def test_a_node_that_stopped_and_started_has_kept_what_it_confirmed(
    node: OwnRabbitMq | CutOffRabbitMq, prefix: str, databases: Path
) -> None:
    over = OverBroker(open_transport(f"amqp://guest:guest@127.0.0.1:{node.port}//", prefix=prefix))
    over.listen()
    audience = Audience(THERE)
    messages = notes(60)
    publish(*messages[:40])
    while over.carry_out():
        pass
    node.stop()
    publish(*messages[40:])
    assert over.carry_out() == 0
    node.start()
    settle(over, audience, until=lambda: effects() == expected(messages), what="all effects")
    over.close()


class TestRabbitMq:
    @pytest.fixture
    def over(self, brokers: Brokers, prefix: str, databases: Path) -> Iterator[OverBroker]:
        over = OverBroker(brokers["rabbitmq"].transport(prefix))
        over.listen()
        yield over
        over.close()

    def test_refuses_a_command_that_no_deployable_has_a_queue_for(self, over: OverBroker) -> None:
        publisher = over.transport.publisher()
        with pytest.raises(NobodyListens, match=r"start a worker of the one .* payments"):
            publisher.publish([an_envelope(name="payments.capture_payment")])
        publisher.publish([an_envelope(name="probe.of_no_interest")])
        publisher.close()

    def test_keeps_what_is_no_message_for_an_operator(
        self, over: OverBroker, brokers: Brokers, prefix: str
    ) -> None:
        publisher = over.transport.publisher()
        publisher.publish([an_envelope(data="nonsense")])
        publisher.close()
        while not any(taken.refused for taken in over.taken):
            over.receive()
        with Connection(brokers["rabbitmq"].url) as connection:
            channel: Any = connection.default_channel
            dead = channel.basic_get(f"{prefix}.audience.dead", no_ack=True)
        assert dead.body in (b"nonsense", "nonsense")

    def test_keeps_its_connection_when_the_last_of_a_batch_was_no_message(
        self, over: OverBroker
    ) -> None:
        publisher = over.transport.publisher()
        publisher.publish([an_envelope(), an_envelope(data="nonsense")])
        taken: list[Taken] = []
        while sum(one.all for one in taken) < 2:
            taken.append(over.reception.step())
        publisher.publish([an_envelope()])
        publisher.close()
        while sum(one.all for one in taken) < 3:
            taken.append(over.reception.step())  # Raises where the channel was closed.
        assert [sum(one.appended for one in taken), sum(one.refused for one in taken)] == [2, 1]
        assert not any(one.duplicates for one in taken)

    def test_lets_one_reader_have_a_queue_and_another_take_over(
        self, over: OverBroker, databases: Path
    ) -> None:
        second = OverBroker(over.transport)
        publish(*notes(50))
        while over.carry_out():
            pass
        assert second.receive() == 0
        over.reception.close()
        audience = Audience(THERE)
        settle(second, audience, until=lambda: effects() == expected(notes(50)), what="all effects")
        second.close()
