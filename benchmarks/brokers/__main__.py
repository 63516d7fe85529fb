"""`python -m benchmarks.brokers`: measures each transport beside its client library alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.brokers.carriers import Ours, RawAws, RawKafka, RawRabbitMq
from benchmarks.brokers.measuring import compare
from benchmarks.brokers.options import QUICK, Options
from benchmarks.harness import Command, Figure, describe_machine
from modules.kernel.messaging.brokers import open_transport
from tests.services.own_brokers import own_moto, own_tansu, some_rabbitmq

_SLOW = 50
_RARE = 10


def rabbitmq(options: Options) -> Iterator[Figure]:
    """This measures RabbitMQ over kombu."""
    with some_rabbitmq() as port:
        url, name = f"amqp://guest:guest@127.0.0.1:{port}//", f"bench{os.getpid()}"
        ours, raw = Ours(open_transport(url, prefix=name)), RawRabbitMq(url, f"{name}.raw")
        yield from _compared("RabbitMQ", ours, raw, options)


def kafka(options: Options) -> Iterator[Figure]:
    """This measures Kafka's protocol, spoken by Tansu, over confluent-kafka."""
    with own_tansu() as port:
        servers = f"127.0.0.1:{port}"
        # Tansu looks for news when a fetch has waited, not when they come: both wait 5 ms.
        transport = open_transport(f"kafka://{servers}?fetch.wait.max.ms=5", prefix="bench")
        ours, raw = Ours(transport), RawKafka(servers, "bench-raw")
        yield from _compared("Kafka", ours, raw, options)


def sns_sqs(options: Options) -> Iterator[Figure]:
    """This measures SNS and SQS, played by moto, over boto3."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.setdefault(name, "testing")
    with own_moto() as port:
        endpoint = f"http://127.0.0.1:{port}"
        url = f"sns+sqs://?region=us-east-1&endpoint={endpoint}"
        ours, raw = Ours(open_transport(url, prefix="bench")), RawAws(endpoint, "raw")
        few = Options(
            rounds=options.rounds,
            messages=max(options.messages // _SLOW, 20),
            pings=max(options.pings // _RARE, 5),
        )
        yield from _compared("SNS and SQS (moto)", ours, raw, few)


def _compared(
    name: str, ours: Ours, raw: RawRabbitMq | RawKafka | RawAws, options: Options
) -> Iterator[Figure]:
    try:
        yield from compare(
            name,
            ours,
            raw,
            rounds=options.rounds,
            messages=options.messages,
            pings=options.pings,
        )
    finally:
        ours.close()
        raw.close()


_MEASURES: dict[str, Callable[[Options], Iterator[Figure]]] = {
    "rabbitmq": rabbitmq,
    "kafka": kafka,
    "sns_sqs": sns_sqs,
}


def main() -> None:
    """This measures what it is asked to, prints the table and writes the results."""
    command = Command(
        "brokers",
        title="Messages across brokers",
        figures=list(_MEASURES),
        usual=Options(),
        quick=QUICK,
    )
    command.run(
        {name: partial(measure, command.options) for name, measure in _MEASURES.items()},
        describe_machine(),
    )


if __name__ == "__main__":
    main()
