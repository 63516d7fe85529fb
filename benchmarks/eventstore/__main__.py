"""`python -m benchmarks.eventstore`: measures streams and read models against their bars."""

from functools import partial

from benchmarks.eventstore import filled, projecting, streams
from benchmarks.eventstore.options import QUICK, Options
from benchmarks.harness import Command, describe_machine, postgres_server

_MEASURES = {
    "streams": streams.measure,
    "projecting": projecting.measure,
    "filled": filled.measure,
}


def main() -> None:
    """This measures what it is asked to, prints the table and writes the results."""
    command = Command(
        "eventstore",
        title="The event store and read models",
        figures=list(_MEASURES),
        usual=Options(),
        quick=QUICK,
    )
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
