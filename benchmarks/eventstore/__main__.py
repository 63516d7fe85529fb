"""`python -m benchmarks.eventstore`: measures streams and read models against their bars."""

from benchmarks.eventstore import filled, projecting, streams
from benchmarks.eventstore.options import QUICK, Options
from benchmarks.harness import Command

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
    command.run_on_postgres(_MEASURES)


if __name__ == "__main__":
    main()
