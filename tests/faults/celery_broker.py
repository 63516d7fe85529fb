"""The Celery broker of one test: its own queues, which can be purged and are removed in the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import amqp
import kombu
import redis

from modules.kernel.contracts import new_id

_MODULES = ("probe", "echo", "messaging")


@dataclass(frozen=True, slots=True)
class CeleryBroker:
    """This is a broker and the prefix of one test's queues on it."""

    url: str
    prefix: str

    @property
    def queues(self) -> tuple[str, ...]:
        return tuple(f"{self.prefix}.{module}" for module in _MODULES)

    @property
    def env(self) -> dict[str, str]:
        return {
            "QUARRY_DRIVER": "celery",
            "CELERY_BROKER_URL": self.url,
            "QUARRY_QUEUE_PREFIX": self.prefix,
        }

    def purge(self) -> int:
        """This throws away all that waits in the queues, and gives how much that was."""
        return sum(map(self._purge_queue, self.queues))

    def remove(self) -> None:
        """This removes all that the test has left there."""
        with self._connection() as connection, connection.channel() as channel:
            for queue in self.queues:
                kombu.Queue(queue, channel=channel).delete()
        if self._is_redis:
            with redis.Redis.from_url(self.url) as client:
                for key in client.scan_iter(match=f"{self.prefix}:*"):
                    client.delete(key)

    @property
    def _is_redis(self) -> bool:
        return self.url.startswith("redis:")

    def _purge_queue(self, queue: str) -> int:
        with self._connection() as connection, connection.channel() as channel:
            try:
                return int(kombu.Queue(queue, channel=channel).purge() or 0)
            except amqp.NotFound:  # Nobody has written to it yet.
                return 0

    def _connection(self) -> kombu.Connection:
        options = {"global_keyprefix": f"{self.prefix}:"} if self._is_redis else {}
        return kombu.Connection(self.url, transport_options=options)


@contextmanager
def celery_broker(url: str) -> Iterator[CeleryBroker]:
    """This gives a test its own queues on a broker that many may use."""
    broker = CeleryBroker(url, f"quarry-faults-{new_id()}")
    try:
        yield broker
    finally:
        broker.remove()
