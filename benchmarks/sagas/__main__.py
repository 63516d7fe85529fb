"""`python -m benchmarks.sagas`: measures sagas against their bars, and writes the results down."""

from functools import partial

from benchmarks.harness import Command, describe_machine, postgres_server
from benchmarks.sagas import latency, throughput, timers
from benchmarks.sagas.options import QUICK, Options

_MEASURES = {
    "throughput": throughput.measure,
    "latency": latency.measure,
    "sqlite": throughput.measure_sqlite,
    "timers": timers.measure,
}


def main() -> None:
    """This measures what it is asked to, prints the table and writes the results."""
    command = Command("sagas", title="Sagas", figures=list(_MEASURES), usual=Options(), quick=QUICK)
    with postgres_server() as server:
        command.run(
            {
                name: partial(measure, server, command.options)
                for name, measure in _MEASURES.items()
            },
            describe_machine(server),
        )


if __name__ == "__main__":
    main()
