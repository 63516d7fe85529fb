"""The transports under test, each with a broker of the tests' own behind a proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from modules.kernel.messaging.brokers import open_transport
from modules.kernel.messaging.brokers.port import Transport
from tests.services.own_brokers import proxied, some_rabbitmq
from tests.services.proxy import Proxy


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """This is a running broker.

    Attributes:
        url: through the proxy.
        proxy: what stands before the broker.
    """

    url: str
    proxy: Proxy

    def transport(self, prefix: str) -> Transport:
        """This gives the transport with names of its own at the broker."""
        return open_transport(self.url, prefix=prefix)


@contextmanager
def _rabbitmq() -> Iterator[Tried]:
    with proxied(lambda port: some_rabbitmq()) as proxy:
        yield Tried(url=f"amqp://guest:guest@127.0.0.1:{proxy.port}//", proxy=proxy)


#: By name; each raises `ServiceMissing` where it cannot be had.
BROKERS: Mapping[str, Callable[[], AbstractContextManager[Tried]]] = {"rabbitmq": _rabbitmq}
