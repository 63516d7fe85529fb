"""How messages look at each broker, to those who do not use our code; and what goes aside there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from confluent_kafka import Consumer
from kombu import Connection

from modules.kernel.messaging import operations
from modules.kernel.messaging.brokers import open_transport
from modules.kernel.messaging.models import SetAside
from tests.brokers.conftest import Brokers
from tests.brokers.crossing import (
    WITHIN_SECONDS,
    Audience,
    Noted,
    OverBroker,
    effects,
    expected,
    notes,
    publish,
    received,
    settle,
)
from tests.brokers.databases import HERE, THERE
from tests.brokers.envelopes import an_envelope
from tests.brokers.transports import Tried
from tests.faults.waiting import wait_until

ENVELOPE = an_envelope()


def publish_one(broker: Tried, prefix: str) -> None:
    publisher = broker.transport(prefix).publisher()
    publisher.publish([ENVELOPE])
    publisher.close()


def read_kafka(broker: Tried, topic: str) -> Any:
    servers = broker.url.removeprefix("kafka://").partition("?")[0]
    conf = {"bootstrap.servers": servers, "group.id": topic, "auto.offset.reset": "earliest"}
    consumer = Consumer(conf)
    consumer.subscribe([topic])
    try:
        while (message := consumer.poll(1)) is None or message.error() is not None:
            pass
        return message
    finally:
        consumer.close()


def sqs_of(broker: Tried) -> tuple[Any, str]:
    endpoint = broker.url.partition("endpoint=")[2]
    return boto3.client("sqs", endpoint_url=endpoint, region_name="us-east-1"), endpoint


class TestBinaryMode:
    def test_of_kafka_has_attributes_as_headers(self, brokers: Brokers, prefix: str) -> None:
        publish_one(brokers["kafka"], prefix)
        message = read_kafka(brokers["kafka"], f"{prefix}.probe")
        headers = {name: value.decode() for name, value in message.headers()}
        assert headers["ce_specversion"] == "1.0"
        assert headers["ce_id"] == str(ENVELOPE.message_id)
        assert headers["ce_type"] == "probe.noted.v1"
        assert headers["ce_source"] == "/modules/probe"
        assert headers["content-type"] == "application/json"
        assert message.key() == b"k"
        assert json.loads(message.value())["number"] == 1

    def test_of_rabbitmq_has_attributes_as_headers(self, brokers: Brokers, prefix: str) -> None:
        with Connection(brokers["rabbitmq"].url) as connection:
            channel: Any = connection.default_channel
            channel.exchange_declare(prefix, "topic", durable=True, auto_delete=False)
            channel.queue_declare(prefix, auto_delete=True)
            channel.queue_bind(prefix, prefix, "probe.noted.*")
            publish_one(brokers["rabbitmq"], prefix)
            message = channel.basic_get(prefix, no_ack=True)
        assert message.properties["content_type"] == "application/json"
        assert message.properties["delivery_mode"] == 2
        headers = message.properties["application_headers"]
        assert headers["cloudEvents:type"] == "probe.noted.v1"
        assert headers["cloudEvents:subject"] == "k"
        assert json.loads(message.body)["number"] == 1


class TestStructuredMode:
    def test_of_sqs_is_one_document(self, brokers: Brokers, prefix: str, databases: Path) -> None:
        over = OverBroker(brokers["sns_sqs"].transport(prefix))
        over.listen()
        publish_one(brokers["sns_sqs"], prefix)
        sqs, _ = sqs_of(brokers["sns_sqs"])
        url = sqs.get_queue_url(QueueName=f"{prefix}-audience.fifo")["QueueUrl"]
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
        document = json.loads(message["Body"])
        assert (document["type"], document["subject"]) == ("probe.noted.v1", "k")
        assert document["data"]["number"] == 1
        over.close()


class TestDeadLetters:
    def refused(self, over: OverBroker) -> None:
        publisher = over.transport.publisher()
        publisher.publish([an_envelope(data="nonsense")])
        publisher.close()
        while not any(taken.refused for taken in over.taken):
            over.receive()

    @pytest.fixture(params=["kafka"])
    def over(
        self, request: pytest.FixtureRequest, brokers: Brokers, prefix: str, databases: Path
    ) -> Iterator[OverBroker]:
        over = OverBroker(brokers[request.param].transport(prefix))
        over.listen()
        yield over
        over.close()

    def test_of_kafka_have_a_topic_and_a_reason(
        self, over: OverBroker, brokers: Brokers, prefix: str
    ) -> None:
        self.refused(over)
        message = read_kafka(brokers["kafka"], f"{prefix}.audience.dead")
        assert message.value() == b"nonsense"
        assert b"no JSON object" in dict(message.headers())["refused-because"]

    def test_of_sqs_have_pointers_that_lead_nowhere_too(
        self, brokers: Brokers, prefix: str, databases: Path
    ) -> None:
        over = OverBroker(brokers["sns_sqs"].transport(prefix))
        over.listen()
        sqs, _ = sqs_of(brokers["sns_sqs"])
        url = sqs.get_queue_url(QueueName=f"{prefix}-audience.fifo")["QueueUrl"]
        begin = '["software.amazon.payloadoffloading.PayloadS3Pointer"'
        pointers = (
            begin,
            f"{begin}]",
            f'{begin}, {{"x": 1}}]',
            f'{begin}, {{"s3BucketName": "large", "s3Key": 1}}]',
            f'{begin}, {{"s3BucketName": "large", "s3Key": "gone"}}]',
            f'{begin}, {{"s3BucketName": "no-such-bucket", "s3Key": "k"}}]',
            f'{begin}, {{"s3BucketName": "arn:aws:s3:::large", "s3Key": "k"}}]',
        )
        for number, body in enumerate(pointers):
            name = f"{prefix}{number}"
            sqs.send_message(
                QueueUrl=url, MessageBody=body, MessageGroupId=name, MessageDeduplicationId=name
            )
        publish_one(brokers["sns_sqs"], prefix)
        wait_until(
            lambda: (
                over.receive() >= 0
                and sum(taken.refused for taken in over.taken) == len(pointers)
                and received().exists()
            ),
            what="they are put aside, and what is behind them is there",
            seconds=WITHIN_SECONDS,
        )
        over.close()


class TestWhatIsTooLarge:
    @pytest.fixture
    def without_a_bucket(
        self, brokers: Brokers, prefix: str, databases: Path
    ) -> Iterator[OverBroker]:
        url = brokers["sns_sqs"].url.replace("bucket=large&", "")
        over = OverBroker(open_transport(url, prefix=prefix))
        over.listen()
        yield over
        over.close()

    @pytest.mark.django_db  # The operator's actions look into every database.
    def test_is_parked_at_the_relay_with_its_key(
        self, without_a_bucket: OverBroker, brokers: Brokers, prefix: str
    ) -> None:
        over, audience = without_a_bucket, Audience(THERE)
        large = Noted(thing="k0", number=1, text="x" * (1 << 20))
        later, others = Noted(thing="k0", number=2), notes(4, keys=4)[1:]
        publish(large, later, *others)
        settle(over, audience, until=lambda: effects() == expected(others), what="the others")
        held = SetAside.objects.using(HERE).order_by("pos").values_list("state", flat=True)
        assert list(held) == ["parked", "waiting"]
        assert "name a bucket" in SetAside.objects.using(HERE).get(state="parked").error
        over.relay.close()
        # Released with a bucket, and retried by the operator.
        mended = OverBroker(brokers["sns_sqs"].transport(prefix))
        (parked,) = operations.set_aside(consumer="relay", state="parked")
        operations.retry(
            consumer="relay", source=parked.source, position=parked.position, operator="test"
        )
        settle(
            mended,
            audience,
            until=lambda: effects() == expected([large, later, *others]),
            what="both, in order",
        )
        assert not SetAside.objects.using(HERE).exists()
        mended.close()
