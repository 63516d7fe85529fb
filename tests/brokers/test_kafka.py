"""Kafka's own: what a topic takes, and what becomes of what it does not take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import KafkaError, Producer
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]  # theirs

from modules.kernel.messaging.brokers import BrokerUnavailable, Undeliverable, kafka
from modules.kernel.messaging.models import SetAside
from tests.brokers.conftest import Brokers
from tests.brokers.crossing import (
    Audience,
    Noted,
    OverBroker,
    effects,
    expected,
    notes,
    publish,
    settle,
)
from tests.brokers.databases import HERE, THERE
from tests.brokers.envelopes import an_envelope

#: What a topic takes that says nothing of it.
_OF_KAFKA_BYTES = 1_048_588


class Measuring(Producer):
    """This says of what is too large what Kafka says; the tests' broker takes anything.

    What is behind it does not go either: it would leave a gap.
    """

    def __init__(self, conf: dict[str, Any], **more: Any) -> None:
        super().__init__(conf, **more)
        self._failed: list[tuple[int, Callable[[KafkaError, None], None]]] = []

    def produce(self, topic: str, value: bytes, **more: Any) -> None:  # type: ignore[override]  # by name
        if len(value) > _OF_KAFKA_BYTES:
            self._failed.append((KafkaError.MSG_SIZE_TOO_LARGE, more["on_delivery"]))
        elif self._failed:
            self._failed.append((KafkaError._GAPLESS_GUARANTEE, more["on_delivery"]))
        else:
            super().produce(topic, value=value, **more)

    def flush(self, timeout: float = -1) -> int:
        left = super().flush(timeout)
        for code, tell in self._failed:
            tell(KafkaError(code), None)
        return left


class Forbidden(Producer):
    """This is not let in to the dead letters."""

    def __init__(self, conf: dict[str, Any], **more: Any) -> None:
        super().__init__(conf, **more)
        self._refused: list[Callable[[KafkaError, None], None]] = []

    def produce(self, topic: str, value: bytes, **more: Any) -> None:  # type: ignore[override]  # by name
        if not topic.endswith(".dead"):
            super().produce(topic, value=value, **more)
        elif "on_delivery" in more:
            self._refused.append(more["on_delivery"])

    def flush(self, timeout: float = -1) -> int:
        left = super().flush(timeout)
        for tell in self._refused:
            tell(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED), None)
        return left


def listening(brokers: Brokers, prefix: str) -> OverBroker:
    over = OverBroker(brokers["kafka"].transport(prefix))
    over.listen()
    return over


class TestTopics:
    def test_are_made_for_what_the_relay_lets_pass(
        self, brokers: Brokers, prefix: str, databases: Path
    ) -> None:
        listening(brokers, prefix).close()
        servers = brokers["kafka"].url.removeprefix("kafka://").partition("?")[0]
        admin = AdminClient({"bootstrap.servers": servers})
        for topic in (f"{prefix}.probe", f"{prefix}.audience.dead"):
            (found,) = admin.describe_configs([ConfigResource(ResourceType.TOPIC, topic)]).values()
            assert found.result(10)["max.message.bytes"].value == str(8 * 1024 * 1024)


class TestWhatIsTooLarge:
    def test_is_parked_with_its_key_where_the_topic_takes_less(
        self, brokers: Brokers, prefix: str, databases: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(kafka, "Producer", Measuring)
        over, audience = listening(brokers, prefix), Audience(THERE)
        large = Noted(thing="k0", number=1, text="x" * 1_500_000)
        others = notes(4, keys=4)[1:]
        publish(large, Noted(thing="k0", number=2), *others)
        settle(over, audience, until=lambda: effects() == expected(others), what="the others")
        held = SetAside.objects.using(HERE).order_by("pos").values_list("state", flat=True)
        assert list(held) == ["parked", "waiting"]
        assert "max.message.bytes" in SetAside.objects.using(HERE).get(state="parked").error
        over.close()

    def test_is_undeliverable_by_its_headers_too(self, brokers: Brokers, prefix: str) -> None:
        publisher = brokers["kafka"].transport(prefix).publisher()
        large = an_envelope()
        large.headers["reason"] = "x" * 9_000_000
        with pytest.raises(Undeliverable, match=r"max\.message\.bytes"):
            publisher.publish([large])
        publisher.publish([an_envelope()])
        publisher.close()


class TestDeadLetters:
    def test_that_were_not_written_are_not_acknowledged(
        self, brokers: Brokers, prefix: str, databases: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        over = listening(brokers, prefix)
        publisher = over.transport.publisher()
        publisher.publish([an_envelope(data="nonsense")])
        publisher.close()
        receiver = over.reception.receiver
        while not (received := receiver.receive(limit=1, timeout_seconds=1)):
            pass
        with monkeypatch.context() as patch:
            patch.setattr(kafka, "Producer", Forbidden)
            with pytest.raises(BrokerUnavailable, match="Topic authorization failed"):
                receiver.refuse(received[0], "why")
        with pytest.raises(BrokerUnavailable, match="its messages come again"):
            receiver.acknowledge(received)
        over.close()
