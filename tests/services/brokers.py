"""RabbitMQ and Redis for tests: those that run on this machine."""

import os
import socket
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

import amqp
import kombu

from tests.services.rule import ServiceMissing

Find = Callable[[], str]

_ANSWERS_WITHIN_SECONDS = 2.0
#: A deployable has as many queues as the kernel makes, which cannot be asked without settings.
_SHARDS = 8


def running_rabbitmq() -> str:
    """This gives the URL of RabbitMQ, after it has let us in.

    Raises:
        ServiceMissing: it does not answer.
    """
    url = os.environ.get("QUARRY_TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
    parts = urlsplit(url)
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port or 5672}",
        userid=parts.username or "guest",
        password=parts.password or "guest",
        connect_timeout=_ANSWERS_WITHIN_SECONDS,
    )
    try:
        connection.connect()
    except (OSError, amqp.AMQPError) as error:
        raise ServiceMissing(f"RabbitMQ does not answer at {parts.hostname}: {error}") from error
    finally:
        connection.close()
    return url


def remove_from_rabbitmq(url: str, *, prefix: str, deployables: Collection[str]) -> None:
    """This removes all that a test had RabbitMQ keep under a prefix of its own."""
    with kombu.Connection(url) as connection:
        channel: Any = connection.channel()
        for own in (f"{prefix}.{name}" for name in deployables):
            for queue in ("dead", *range(_SHARDS)):
                channel.queue_delete(f"{own}.{queue}")
            channel.exchange_delete(f"{own}.dead")
        channel.exchange_delete(prefix)


def running_redis() -> str:
    """This gives the URL of Redis, after it has answered a PING.

    Raises:
        ServiceMissing: it does not.
    """
    url = os.environ.get("QUARRY_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
    parts = urlsplit(url)
    address = (parts.hostname or "127.0.0.1", parts.port or 6379)
    try:
        with socket.create_connection(address, timeout=_ANSWERS_WITHIN_SECONDS) as connection:
            connection.sendall(b"PING\r\n")
            answer = connection.recv(64)
    except OSError as error:
        raise ServiceMissing(f"Redis does not answer at {url}: {error}") from error
    if not answer.startswith(b"+PONG"):
        raise ServiceMissing(f"what answers at {url} is not Redis: {answer!r}")
    return url
