"""`python -m benchmarks.extraction`: measures a live move against its bars."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from benchmarks.extraction.deployables import running
from benchmarks.extraction.options import BORNE, QUICK, Options
from benchmarks.extraction.pauses import latency, look, pause, tenfold
from benchmarks.extraction.shopping import Shoppers
from benchmarks.extraction.throughput import throughput
from benchmarks.harness import Command, Database, Figure, describe_machine, postgres_server
from tests.services.own_brokers import some_rabbitmq
from tests.services.rule import ServiceMissing


def main() -> None:
    """This measures, prints the table and writes the results."""
    command = Command(
        "extraction", title="Extraction", figures=["moves"], usual=Options(), quick=QUICK
    )
    try:
        with postgres_server() as server, some_rabbitmq() as port:
            broker = f"amqp://guest:guest@127.0.0.1:{port}//"
            measure = partial(_measure, server, broker, command.options)
            command.run({"moves": measure}, describe_machine(server))
    except ServiceMissing as error:
        raise SystemExit(f"a move needs a broker: {error}") from error


def _measure(server: str, broker: str, options: Options) -> Iterator[Figure]:
    with Database(server, "migrated") as migrated:
        run = partial(running, server, like=migrated.let_go(), broker=broker)
        with run(payments=options.few) as system:
            Shoppers(system).open_the_shop()
            borne, figure = throughput(system, options)
            yield figure
            system.roll_back()
            options = replace(options, rate=options.rate or round(BORNE * borne, 1))
            few = look(system, options, moves=options.moves)
        with run(payments=options.many) as system:
            Shoppers(system).open_the_shop()
            many = look(system, options, moves=1)
    yield pause(many, options)
    yield tenfold(few, many)
    yield latency(few, options)


if __name__ == "__main__":
    main()
