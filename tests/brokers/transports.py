"""The transports under test, each with a broker of the tests' own behind a proxy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import boto3

from modules.kernel.messaging.brokers import open_transport
from modules.kernel.messaging.brokers.port import Transport
from tests.services.own_brokers import own_moto, own_tansu, proxied, some_rabbitmq
from tests.services.proxy import Proxy


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """This is a running broker.

    Attributes:
        url: through the proxy.
        proxy: what stands before the broker.
        drops_duplicates: it knows a message that it was given a moment ago.
        load: how many messages it carries in a few seconds.
    """

    url: str
    proxy: Proxy
    drops_duplicates: bool = False
    load: int = 900

    def transport(self, prefix: str) -> Transport:
        """This gives the transport with names of its own at the broker."""
        return open_transport(self.url, prefix=prefix)


@contextmanager
def _rabbitmq() -> Iterator[Tried]:
    with proxied(lambda port: some_rabbitmq()) as proxy:
        yield Tried(url=f"amqp://guest:guest@127.0.0.1:{proxy.port}//", proxy=proxy)


@contextmanager
def _kafka() -> Iterator[Tried]:
    with proxied(own_tansu) as proxy:
        # Whoever dies is missed after two seconds, not ten.
        options = "partitions=4&confirm_seconds=1.5&session.timeout.ms=2000"
        yield Tried(
            url=f"kafka://127.0.0.1:{proxy.port}?{options}&heartbeat.interval.ms=500", proxy=proxy
        )


@contextmanager
def _sns_sqs() -> Iterator[Tried]:
    """This is moto; a client of it needs credentials, whatever they are."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.setdefault(name, "testing")
    with proxied(lambda port: own_moto()) as proxy:
        endpoint = f"http://127.0.0.1:{proxy.port}"
        s3 = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        s3.create_bucket(Bucket="large")
        s3.close()
        # One by one: of what it gave out together, moto gives a later message of a group before
        # an earlier one when both become visible again. SQS does not.
        options = "region=us-east-1&bucket=large&invisible_seconds=3&receive_batch=1"
        yield Tried(
            url=f"sns+sqs://?{options}&endpoint={endpoint}",
            proxy=proxy,
            drops_duplicates=True,
            load=150,
        )


#: By name; each raises `ServiceMissing` where it cannot be had.
BROKERS: Mapping[str, Callable[[], AbstractContextManager[Tried]]] = {
    "rabbitmq": _rabbitmq,
    "kafka": _kafka,
    "sns_sqs": _sns_sqs,
}
