"""`python -m benchmarks.log`: measures the log against its bars, and writes the results down."""

from benchmarks.harness import Command
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
    command.run_on_postgres(_MEASURES)


if __name__ == "__main__":
    main()
