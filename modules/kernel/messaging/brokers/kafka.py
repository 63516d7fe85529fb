"""Kafka: a topic for each module's messages, keyed, with an idempotent producer.

A module's messages, its events and the commands it sends, go to ``<prefix>.<module>`` in the
order of its log, so that order per key holds across both. A deployable is a consumer group on
the topics of the modules elsewhere; names that nobody there handles are passed over. What is
no message is copied to ``<prefix>.<deployable>.dead``. CloudEvents in binary mode: attributes
as headers ``ce_…``.

Source: CloudEvents Kafka binding 1.0.2; librdkafka's idempotent producer.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from confluent_kafka import (
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from modules.kernel.messaging.brokers.cloudevents import attributes_of
from modules.kernel.messaging.brokers.encoding import Encoding, JsonEncoding
from modules.kernel.messaging.brokers.kafka_ends import ends_of
from modules.kernel.messaging.brokers.port import (
    BadBrokerUrl,
    BrokerUnavailable,
    NotAMessage,
    Received,
    Route,
    Undeliverable,
)
from modules.kernel.messaging.envelope import Envelope

_PREFIX = "ce_"
_CONTENT_TYPE = "content-type"
#: What a topic of ours is made with; partitions can be added, but keys move then.
_PARTITIONS = 8
_LARGEST_BYTES = 8 * 1024 * 1024
_CONFIRM_SECONDS = 10.0
_MADE_WITHIN_SECONDS = 10.0

_logger = logging.getLogger("quarry.kafka")
_JSON = JsonEncoding()


class Kafka:
    """This is Kafka at a URL, ``kafka://host:9092,host:9092?partitions=8&confirm_seconds=10&…``.

    Whatever else the query says goes to librdkafka as it stands:
    ``security.protocol=SASL_SSL`` and so on.
    """

    def __init__(
        self, url: str, *, prefix: str, encodings: Mapping[str, Encoding] | None = None
    ) -> None:
        """
        Args:
            encodings: by module, where its topic does not hold JSON.
        """
        parts = urlsplit(url)
        if not parts.netloc:
            raise BadBrokerUrl(f"{parts.scheme}://… names no broker: kafka://host:9092")
        options = dict(parse_qsl(parts.query))
        try:
            self.partitions = int(options.pop("partitions", _PARTITIONS))
            self.confirm_seconds = float(options.pop("confirm_seconds", _CONFIRM_SECONDS))
        except ValueError as error:
            raise BadBrokerUrl(f"partitions or confirm_seconds is no number: {error}") from error
        self.prefix = prefix
        self.encodings = encodings or {}
        self.configuration: dict[str, Any] = {
            "bootstrap.servers": parts.netloc,
            "reconnect.backoff.max.ms": 1000,
            **options,
        }

    def publisher(self) -> KafkaPublisher:
        return KafkaPublisher(self)

    def receiver(self, route: Route) -> KafkaReceiver:
        return KafkaReceiver(self, route)

    def forget(self, route: Route) -> None:
        """This puts the deployable's group at the ends of its topics, which keep what they have."""
        consumer = self.consumer(route, **{"enable.partition.eof": True})
        try:
            topics = [self.topic(module) for module in route.modules]
            if ends := ends_of(consumer, topics, within_seconds=_MADE_WITHIN_SECONDS):
                consumer.commit(offsets=ends, asynchronous=False)
        except KafkaException as error:
            raise BrokerUnavailable(f"Kafka: {error}") from error
        finally:
            consumer.close()

    def topic(self, module: str) -> str:
        """This gives the topic of a module's messages."""
        return f"{self.prefix}.{module}"

    def encoding(self, module: str) -> Encoding:
        """This gives what the data in a module's topic are written in."""
        return self.encodings.get(module, _JSON)

    def make(self, topics: Sequence[str]) -> None:
        """This makes the topics that are missing."""
        admin = AdminClient(self.configuration, logger=_logger)
        made = admin.create_topics(
            [
                NewTopic(
                    topic,
                    num_partitions=self.partitions,
                    # Kafka's own measure is a mebibyte, and the relay lets more pass.
                    config={"max.message.bytes": str(_LARGEST_BYTES)},
                )
                for topic in topics
            ],
            request_timeout=_MADE_WITHIN_SECONDS,
        )
        for future in made.values():
            try:
                future.result(_MADE_WITHIN_SECONDS)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    raise

    def consumer(self, route: Route, **more: Any) -> Consumer:
        """This gives a member of the deployable's group, once it subscribes."""
        return Consumer(
            {
                "session.timeout.ms": 10_000,
                **self.configuration,
                "group.id": f"{self.prefix}.{route.deployable}",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "fetch.message.max.bytes": _LARGEST_BYTES,
                **more,
            },
            logger=_logger,
        )

    def producer(self) -> Producer:
        return Producer(
            {
                **self.configuration,
                "enable.idempotence": True,
                # After one that was not delivered, none of its partition is: a key's messages
                # arrive as a beginning of them, never with a hole.
                "enable.gapless.guarantee": True,
                # The guarantee does not cover messages that time out one by one: we give all of
                # a batch up together instead, in `publish`.
                "message.timeout.ms": 0,
                "partitioner": "murmur2_random",  # as Java's clients place keys
                "compression.type": "lz4",
                "message.max.bytes": _LARGEST_BYTES + 64 * 1024,
            },
            logger=_logger,
        )


class KafkaPublisher:
    """This publishes with an idempotent producer and waits for all confirmations."""

    def __init__(self, broker: Kafka) -> None:
        self._broker = broker
        self._producer: Producer | None = None
        self._topics: set[str] = set()
        self._failed: list[KafkaError] = []

    def refusal(self, envelope: Envelope) -> str | None:
        size = len(envelope.data.encode())
        if size > _LARGEST_BYTES:
            return f"{size:,} bytes; topics are made for {_LARGEST_BYTES:,}"
        return self._broker.encoding(envelope.source).refusal(envelope)

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        with _as_unavailable(self):
            producer = self._open(envelopes)
            self._failed.clear()
            try:
                for envelope in envelopes:
                    self._produce(producer, envelope)
            except KafkaException as error:
                # It may have given up at one before, and that one says why.
                self._failed.append(error.args[0])
            left = producer.flush(self._broker.confirm_seconds)
            if any(one.code() == KafkaError.MSG_SIZE_TOO_LARGE for one in self._failed):
                raise Undeliverable(
                    "larger than the topic takes: raise its max.message.bytes, "
                    f"{_LARGEST_BYTES:,} where we make it"
                )
            if self._failed or left:
                why = self._failed[0].str() if self._failed else f"{left} were not confirmed"
                raise BrokerUnavailable(f"Kafka: {why}")

    def close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.purge()
            producer.poll(0)

    def _open(self, envelopes: Sequence[Envelope]) -> Producer:
        if self._producer is None:
            self._producer = self._broker.producer()
        topics = {self._broker.topic(envelope.source) for envelope in envelopes} - self._topics
        if topics:
            self._broker.make(sorted(topics))
            self._topics |= topics
        return self._producer

    def _produce(self, producer: Producer, envelope: Envelope) -> None:
        encoding = self._broker.encoding(envelope.source)
        value = encoding.encode(envelope)
        if len(value) > _LARGEST_BYTES:
            raise Undeliverable(f"{envelope.name} {envelope.message_id}: {self.refusal(envelope)}")
        headers: dict[str, str | bytes | None] = {
            _PREFIX + name: value for name, value in attributes_of(envelope).items()
        }
        headers[_CONTENT_TYPE] = encoding.content_type
        while True:
            try:
                producer.produce(
                    self._broker.topic(envelope.source),
                    key=envelope.key.encode(),
                    value=value,
                    headers=headers,
                    on_delivery=self._on_delivery,
                )
            except BufferError:
                producer.poll(0.1)
            else:
                producer.poll(0)
                return

    def _on_delivery(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._failed.append(error)


class KafkaReceiver:
    """This is one member of the deployable's consumer group."""

    def __init__(self, broker: Kafka, route: Route) -> None:
        self._broker = broker
        self._route = route
        self._modules = {broker.topic(module): module for module in route.modules}
        self._consumer: Consumer | None = None
        self._dead: Producer | None = None

    def receive(self, *, limit: int, timeout_seconds: float) -> Sequence[Received]:
        with _as_unavailable(self):
            consumer = self._open()
            first = consumer.poll(timeout_seconds)
            if first is None:
                return []
            found = [first, *consumer.consume(limit - 1, 0)] if limit > 1 else [first]
            return [self._received(one) for one in found if _is_there(one)]

    def acknowledge(self, received: Sequence[Received]) -> None:
        ends: dict[tuple[str, int], int] = {}
        for one in received:
            message = _message(one)
            ends[str(message.topic()), int(message.partition() or 0)] = (message.offset() or 0) + 1
        if ends:
            with _as_unavailable(self):
                offsets = [TopicPartition(*place, offset) for place, offset in ends.items()]
                self._still_open().commit(offsets=offsets, asynchronous=False)

    def refuse(self, received: Received, reason: str) -> None:
        message = _message(received)
        failed: list[KafkaError] = []
        with _as_unavailable(self):
            if self._dead is None:
                self._dead = self._broker.producer()
            self._dead.produce(
                f"{self._broker.prefix}.{self._route.deployable}.dead",
                key=message.key(),
                value=message.value(),
                headers=[*(message.headers() or ()), ("refused-because", reason.encode())],
                on_delivery=lambda error, _: failed.append(error) if error else None,
            )
            left = self._dead.flush(self._broker.confirm_seconds)
            if failed or left:
                why = failed[0].str() if failed else "it was not confirmed"
                raise BrokerUnavailable(f"Kafka: the dead letter: {why}")

    def close(self) -> None:
        consumer, self._consumer, self._dead = self._consumer, None, None
        if consumer is not None:
            with contextlib.suppress(KafkaException, RuntimeError):
                consumer.close()

    def _open(self) -> Consumer:
        if self._consumer is None:
            dead = f"{self._broker.prefix}.{self._route.deployable}.dead"
            self._broker.make([*self._modules, dead])
            self._consumer = self._broker.consumer(self._route)
            self._consumer.subscribe(list(self._modules))
        return self._consumer

    def _still_open(self) -> Consumer:
        if self._consumer is None:
            raise BrokerUnavailable("the connection is gone; its messages come again")
        return self._consumer

    def _received(self, message: Message) -> Received:
        attributes = {
            name[len(_PREFIX) :]: _text(value)
            for name, value in dict(message.headers() or ()).items()
            if name.startswith(_PREFIX)
        }
        encoding = self._broker.encoding(self._modules.get(str(message.topic()), ""))
        value = message.value()
        body = value if isinstance(value, bytes) else b""
        try:
            return Received(attributes=attributes, body=encoding.decode(body), token=message)
        except NotAMessage as error:
            return Received(attributes=attributes, body=body, token=message, unreadable=str(error))


def _is_there(message: Message) -> bool:
    """This is false of the errors that librdkafka gives as messages and mends by itself."""
    error = message.error()
    if error is None:
        return True
    if error.fatal():
        raise KafkaException(error)
    _logger.info("kafka says %s", error.str())
    return False


def _message(received: Received) -> Message:
    assert isinstance(received.token, Message)
    return received.token


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


@contextlib.contextmanager
def _as_unavailable(half: KafkaPublisher | KafkaReceiver) -> Iterator[None]:
    """This closes what failed, and says so in the kernel's words."""
    try:
        yield
    except (KafkaException, OSError) as error:
        half.close()
        raise BrokerUnavailable(f"Kafka: {error}") from error
    except (BrokerUnavailable, Undeliverable):
        half.close()
        raise
