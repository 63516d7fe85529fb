"""`python -m benchmarks.log`: measures the log against its bars, and writes the results down."""

from functools import partial

from benchmarks.harness import Command, describe_machine, postgres_server
from benchmarks.log import appends, delivery, lag, latency, memory
from benchmarks.log.options import QUICK, Options

_MEASURES = {
    "appends": appends.measure,
    "latency": latency.measure,
    "lag": lag.measure,
    "delivery": delivery.measure,
    "memory": memory.measure,
}


def main() -> None:
    """This measures what it is asked to, prints the table and writes the results."""
    command = Command("log", title="The log", figures=list(_MEASURES), usual=Options(), quick=QUICK)
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
