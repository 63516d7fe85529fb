"""RabbitMQ: one topic exchange, and for each deployable some queues that keep the order.

A message's routing key is ``<wire name>.<shard>``, its shard being chosen by its key; a
deployable has one queue a shard with a single active consumer, so one reader sees a key in
order, and another takes over where it dies. What is no message goes through the deployable's
dead-letter exchange into ``….dead``. CloudEvents in binary mode: attributes as headers.

Source: CloudEvents AMQP binding 1.0.2 (its application properties are AMQP 0-9-1's headers).
"""

from __future__ import annotations

import contextlib
import time
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from kombu import Connection, Exchange, Queue
from kombu.exceptions import OperationalError
from kombu.transport.pyamqp import Transport as Amqp

from modules.kernel.messaging.brokers.cloudevents import JSON, attributes_of
from modules.kernel.messaging.brokers.port import (
    BrokerUnavailable,
    NobodyListens,
    Received,
    Route,
    Undeliverable,
)
from modules.kernel.messaging.envelope import Envelope

#: Queues of a deployable: so many of its processes can receive at once.
SHARDS = 8

#: RabbitMQ's answer where a queue is to be deleted that somebody reads (AMQP 0-9-1, 1.2).
_PRECONDITION_FAILED = 406

_PREFIX = "cloudEvents:"
_CONFIRMED_WITHIN_SECONDS = 30.0
_CONNECT_SECONDS = 5.0
_HEARTBEAT_SECONDS = 10
#: Messages of one queue that are on their way or not acknowledged; more than one `receive`.
_PREFETCH = 500
#: RabbitMQ's own limit, `max_message_size`, unless it was set otherwise.
_LARGEST_BYTES = 16 * 1024 * 1024

_gone: tuple[type[Exception], ...] = (
    OperationalError,
    OSError,
    *Amqp.connection_errors,
    *Amqp.channel_errors,
)


def shard_of(key: str) -> int:
    """This gives the shard of a key: the same in every process and release."""
    return zlib.crc32(key.encode()) % SHARDS


class RabbitMq:
    """This is RabbitMQ at a URL, ``amqp://user:password@host/vhost``."""

    def __init__(self, url: str, *, prefix: str) -> None:
        self.url = url
        self.exchange = Exchange(prefix, type="topic", durable=True)

    def publisher(self) -> RabbitMqPublisher:
        return RabbitMqPublisher(self)

    def receiver(self, route: Route) -> RabbitMqReceiver:
        return RabbitMqReceiver(self, route)

    def forget(self, route: Route) -> None:
        try:
            with self.connect() as connection:
                channel: Any = connection.default_channel
                for shard in range(SHARDS):
                    channel.queue_delete(self._queue(route, shard), if_unused=True)
        except _gone as error:
            if getattr(error, "code", None) == _PRECONDITION_FAILED:
                raise BrokerUnavailable(
                    f"RabbitMQ: a process of {route.deployable} still receives: end it first"
                ) from error
            raise BrokerUnavailable(f"RabbitMQ: {error!r}") from error

    def connect(self, *, heartbeat_seconds: int = 0) -> Connection:
        connection = Connection(
            self.url, connect_timeout=_CONNECT_SECONDS, heartbeat=heartbeat_seconds
        )
        connection.connect()
        return connection

    def declare(self, channel: Any, route: Route) -> list[Queue]:
        """This makes the deployable's queues, and has them get what it handles."""
        own = f"{self.exchange.name}.{route.deployable}"
        dead = Exchange(f"{own}.dead", type="fanout", durable=True)
        Queue(f"{own}.dead", exchange=dead, durable=True).bind(channel).declare()
        self.exchange.bind(channel).declare()
        queues = []
        for shard in range(SHARDS):
            queue = Queue(
                self._queue(route, shard),
                durable=True,
                queue_arguments={
                    "x-single-active-consumer": True,
                    "x-dead-letter-exchange": dead.name,
                },
            ).bind(channel)
            queue.queue_declare()
            for name in route.names:
                queue.bind_to(self.exchange, routing_key=f"{name}.{shard}")
            queues.append(queue)
        return queues

    def _queue(self, route: Route, shard: int) -> str:
        return f"{self.exchange.name}.{route.deployable}.{shard}"


class RabbitMqPublisher:
    """This publishes with confirms, many under way at once."""

    def __init__(self, broker: RabbitMq) -> None:
        self._broker = broker
        self._connection: Connection | None = None
        self._channel: Any = None
        self._confirmed = 0
        self._published = 0
        self._nacked = False
        self._out_of_order: set[int] = set()
        self._returned: list[str] = []

    def refusal(self, envelope: Envelope) -> str | None:
        size = len(envelope.data.encode())
        return (
            f"{size:,} bytes; RabbitMQ takes {_LARGEST_BYTES:,}" if size > _LARGEST_BYTES else None
        )

    def publish(self, envelopes: Sequence[Envelope]) -> None:
        with _as_unavailable(self):
            channel = self._open()
            self._returned.clear()
            for envelope in envelopes:
                if why := self.refusal(envelope):
                    raise Undeliverable(f"{envelope.name} {envelope.message_id}: {why}")
                headers = {
                    f"{_PREFIX}{name}": value for name, value in attributes_of(envelope).items()
                }
                message = channel.prepare_message(
                    envelope.data.encode(),
                    content_type=JSON,
                    headers=headers,
                    properties={"delivery_mode": 2, "message_id": str(envelope.message_id)},
                )
                channel.basic_publish(
                    message,
                    exchange=self._broker.exchange.name,
                    routing_key=f"{envelope.name}.{shard_of(envelope.key)}",
                    mandatory=True,
                )
                self._published += 1
            while self._confirmed < self._published:
                channel.connection.drain_events(timeout=_CONFIRMED_WITHIN_SECONDS)
            if self._nacked:
                raise BrokerUnavailable("RabbitMQ did not take all messages")
        self._require_receivers(envelopes)

    def close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(*_gone):
                connection.release()

    def _open(self) -> Any:
        if self._channel is None:
            self._connection = self._broker.connect()
            channel: Any = self._connection.default_channel
            self._broker.exchange.bind(channel).declare()
            channel.confirm_select()
            channel.events["basic_ack"].add(self._on_ack)
            channel.events["basic_nack"].add(self._on_nack)
            channel.events["basic_return"].add(self._on_return)
            self._published = self._confirmed = 0
            self._nacked = False
            self._out_of_order.clear()
            self._channel = channel
        return self._channel

    def _on_ack(self, tag: int, multiple: bool) -> None:
        if multiple:
            self._confirmed = max(self._confirmed, tag)
            self._out_of_order = {one for one in self._out_of_order if one > tag}
        else:
            self._out_of_order.add(tag)
        while self._confirmed + 1 in self._out_of_order:
            self._confirmed += 1
            self._out_of_order.remove(self._confirmed)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._nacked = True
        self._on_ack(tag, multiple)

    def _on_return(self, error: Exception, exchange: str, routing_key: str, message: Any) -> None:
        self._returned.append(routing_key.rpartition(".")[0])

    def _require_receivers(self, envelopes: Sequence[Envelope]) -> None:
        # An event may interest nobody. A command is for one module, whose deployable has had no
        # queue yet: what is dropped now would be lost.
        returned = set(self._returned)
        for envelope in envelopes:
            if envelope.name in returned and not envelope.name.startswith(f"{envelope.source}."):
                raise NobodyListens(
                    f"no deployable has a queue for {envelope.name}; start a worker of the one "
                    f"that has the module {envelope.name.partition('.')[0]}"
                )


class RabbitMqReceiver:
    """This receives from all queues of its deployable that no other process has taken."""

    def __init__(self, broker: RabbitMq, route: Route) -> None:
        self._broker = broker
        self._route = route
        self._connection: Connection | None = None
        self._channel: Any = None
        self._arrived: deque[Received] = deque()
        self._refused: set[object] = set()
        self._beat_at = 0.0

    def receive(self, *, limit: int, timeout_seconds: float) -> Sequence[Received]:
        with _as_unavailable(self):
            channel = self._open()
            if not self._arrived:
                self._drain(timeout_seconds)
            while self._arrived and len(self._arrived) < limit and self._drain(0.0):
                pass
            if (now := time.monotonic()) >= self._beat_at:
                channel.connection.send_heartbeat()
                self._beat_at = now + _HEARTBEAT_SECONDS / 3
        return [self._arrived.popleft() for _ in range(min(limit, len(self._arrived)))]

    def acknowledge(self, received: Sequence[Received]) -> None:
        # RabbitMQ closes the channel at an acknowledgement of what was refused.
        left = [one.token for one in received if one.token not in self._refused]
        self._refused.clear()
        if left:
            with _as_unavailable(self):
                # All that came before the last: `receive` gives messages as they come.
                self._open_channel().basic_ack(left[-1], multiple=True)

    def refuse(self, received: Received, reason: str) -> None:
        with _as_unavailable(self):
            self._open_channel().basic_reject(received.token, requeue=False)
            self._refused.add(received.token)

    def close(self) -> None:
        self._arrived.clear()
        self._refused.clear()
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(*_gone):
                connection.release()

    def _open(self) -> Any:
        if self._channel is None:
            self._connection = self._broker.connect(heartbeat_seconds=_HEARTBEAT_SECONDS)
            channel: Any = self._connection.default_channel
            queues = self._broker.declare(channel, self._route)
            channel.basic_qos(0, _PREFETCH, False)
            for queue in queues:
                channel.basic_consume(queue.name, callback=self._on_message)
            self._channel = channel
        return self._channel

    def _open_channel(self) -> Any:
        if self._channel is None:
            raise BrokerUnavailable("the connection is gone; its messages come again")
        return self._channel

    def _drain(self, timeout_seconds: float) -> bool:
        before = len(self._arrived)
        try:
            self._channel.connection.drain_events(timeout=timeout_seconds or 0.0001)
        except TimeoutError:
            return False
        return len(self._arrived) > before

    def _on_message(self, message: Any) -> None:
        headers = message.properties.get("application_headers") or {}
        body = message.body if isinstance(message.body, bytes) else message.body.encode()
        attributes = {
            name[len(_PREFIX) :]: value if isinstance(value, str) else str(value)
            for name, value in headers.items()
            if name.startswith(_PREFIX)
        }
        self._arrived.append(Received(attributes=attributes, body=body, token=message.delivery_tag))


@contextlib.contextmanager
def _as_unavailable(half: RabbitMqPublisher | RabbitMqReceiver) -> Iterator[None]:
    """This closes the connection after an error of it, and says so in the kernel's words."""
    try:
        yield
    except _gone as error:
        half.close()
        raise BrokerUnavailable(f"RabbitMQ: {error!r}") from error
    except BrokerUnavailable:
        half.close()
        raise
