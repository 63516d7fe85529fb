"""`python -m benchmarks.sagas`: measures sagas against their bars, and writes the results down."""

from benchmarks.harness import Command
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
    command.run_on_postgres(_MEASURES)


if __name__ == "__main__":
    main()
