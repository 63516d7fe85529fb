"""What carries messages: our transport on one side, the bare client library on the other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Protocol

import boto3
from confluent_kafka import Consumer, Producer, TopicPartition
from kombu import Connection

from modules.kernel.messaging import Envelope
from modules.kernel.messaging.brokers import Route, Transport
from modules.kernel.messaging.brokers.cloudevents import attributes_of, envelope_of, structured
from modules.kernel.messaging.brokers.kafka import Kafka
from modules.kernel.messaging.brokers.rabbitmq import SHARDS, shard_of

#: Messages that are published, or received, at once.
BATCH = 200

_WAIT_SECONDS = 0.2
_STUCK_SECONDS = 30.0


class Carrier(Protocol):
    """This publishes and receives; the two ends are used by two threads."""

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        """This publishes and waits for the confirmations."""

    def receive(self) -> int:
        """This receives some, acknowledges them and gives their number."""

    def close(self) -> None:
        """This ends both connections."""


class Ours:
    """This is a transport of the kernel, up to the envelope."""

    def __init__(self, transport: Transport) -> None:
        self._publisher = transport.publisher()
        self._receiver = transport.receiver(
            Route(deployable="bench", modules=("probe",), names=("probe.noted",))
        )

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        self._publisher.publish(envelopes)

    def receive(self) -> int:
        received = self._receiver.receive(limit=BATCH, timeout_seconds=_WAIT_SECONDS)
        for one in received:
            envelope_of(one)
        self._receiver.acknowledge(received)
        return len(received)

    def close(self) -> None:
        self._publisher.close()
        self._receiver.close()


class RawRabbitMq:
    """This is kombu: the same exchange and queues, and confirms waited for a batch at a time."""

    def __init__(self, url: str, name: str) -> None:
        self._name = name
        self._out, self._in = _connection(url), _connection(url)
        self._publishing = self._out.default_channel
        self._receiving = self._in.default_channel
        self._receiving.exchange_declare(name, "topic", durable=True, auto_delete=False)
        for shard in range(SHARDS):
            self._receiving.queue_declare(
                f"{name}.{shard}",
                durable=True,
                auto_delete=False,
                arguments={"x-single-active-consumer": True},
            )
            self._receiving.queue_bind(f"{name}.{shard}", name, f"*.*.{shard}")
        self._publishing.confirm_select()
        self._publishing.events["basic_ack"].add(self._confirmed)
        self._receiving.basic_qos(0, 500, False)
        for shard in range(SHARDS):
            self._receiving.basic_consume(f"{name}.{shard}", callback=self._arrived)
        self._last_confirmed = self._published = self._count = self._tag = 0

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            message = self._publishing.prepare_message(
                envelope.data.encode(),
                headers=attributes_of(envelope),
                properties={"delivery_mode": 2},
            )
            routing_key = f"{envelope.name}.{shard_of(envelope.key)}"
            self._publishing.basic_publish(message, self._name, routing_key)
            self._published += 1
        while self._last_confirmed < self._published:
            self._publishing.connection.drain_events(timeout=30)

    def receive(self) -> int:
        self._count = 0
        try:
            self._receiving.connection.drain_events(timeout=_WAIT_SECONDS)
            while self._count < BATCH:
                self._receiving.connection.drain_events(timeout=0.0001)
        except TimeoutError:
            pass
        if self._count:
            self._receiving.basic_ack(self._tag, multiple=True)
        return self._count

    def close(self) -> None:
        self._out.release()
        self._in.release()

    def _confirmed(self, tag: int, multiple: bool) -> None:
        # Counted: confirms of single messages may come in any order.
        self._last_confirmed = max(tag, self._last_confirmed) if multiple else self._seen(tag)

    def _seen(self, tag: int) -> int:
        return max(tag, self._last_confirmed)

    def _arrived(self, message: Any) -> None:
        self._count += 1
        self._tag = message.delivery_tag


def _connection(url: str) -> Any:
    """This connects; kombu types what all its transports have, of which AMQP has more."""
    return Connection(url)


class RawKafka:
    """This is confluent-kafka: an idempotent producer and a consumer that commits each batch."""

    def __init__(self, servers: str, topic: str) -> None:
        self._topic = topic
        Kafka(f"kafka://{servers}", prefix=topic).make([topic])
        self._producer = Producer(
            {"bootstrap.servers": servers, "enable.idempotence": True, "compression.type": "lz4"}
        )
        self._consumer = Consumer(
            {
                "bootstrap.servers": servers,
                "group.id": f"{topic}.raw",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 5,
            }
        )
        self._consumer.subscribe([topic])

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            headers: dict[str, str | bytes | None] = {**attributes_of(envelope)}
            self._producer.produce(
                self._topic, key=envelope.key, value=envelope.data, headers=headers
            )
            self._producer.poll(0)
        self._producer.flush()

    def receive(self) -> int:
        first = self._consumer.poll(_WAIT_SECONDS)
        if first is None or first.error() is not None:
            return 0
        found = [first, *self._consumer.consume(BATCH - 1, 0)]
        ends: dict[int, int] = {}
        for one in found:
            one.headers()
            ends[one.partition() or 0] = (one.offset() or 0) + 1
        offsets = [TopicPartition(self._topic, part, end) for part, end in ends.items()]
        self._consumer.commit(offsets=offsets, asynchronous=False)
        return len(found)

    def close(self) -> None:
        self._producer.flush()
        self._consumer.close()


class RawAws:
    """This is boto3: a FIFO topic and a queue subscribed to it, ten messages a request."""

    def __init__(self, endpoint: str, name: str) -> None:
        where: Any = {"endpoint_url": endpoint, "region_name": "us-east-1"}
        self._sns: Any = boto3.client("sns", **where)
        self._sqs: Any = boto3.client("sqs", **where)
        fifo = {"FifoTopic": "true"}
        self._topic = self._sns.create_topic(Name=f"{name}.fifo", Attributes=fifo)["TopicArn"]
        queue = self._sqs.create_queue(
            QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": "30"}
        )
        self._queue = queue["QueueUrl"]
        found = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        self._sns.subscribe(
            TopicArn=self._topic,
            Protocol="sqs",
            Endpoint=found["Attributes"]["QueueArn"],
            Attributes={"RawMessageDelivery": "true"},
        )

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        for begin in range(0, len(envelopes), 10):
            self._sns.publish_batch(
                TopicArn=self._topic,
                PublishBatchRequestEntries=[
                    {
                        "Id": str(number),
                        "Message": structured(envelope).decode(),
                        "MessageGroupId": envelope.key,
                        "MessageDeduplicationId": str(envelope.message_id),
                    }
                    for number, envelope in enumerate(envelopes[begin : begin + 10])
                ],
            )

    def receive(self) -> int:
        answer = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
        messages = answer.get("Messages", [])
        if messages:
            self._sqs.delete_message_batch(
                QueueUrl=self._queue,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": one["ReceiptHandle"]}
                    for number, one in enumerate(messages)
                ],
            )
        return len(messages)

    def close(self) -> None:
        self._sns.close()
        self._sqs.close()


def receive_all(carrier: Carrier, count: int) -> float:
    """This receives so many messages and gives the moment of the last."""
    received, moved = 0, time.perf_counter()
    while received < count:
        some = carrier.receive()
        received += some
        now = time.perf_counter()
        if some:
            moved = now
        elif now - moved > _STUCK_SECONDS:
            raise RuntimeError(f"{received} of {count} messages arrived, and no more")
    return time.perf_counter()
