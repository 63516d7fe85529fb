"""`python -m benchmarks.log`: measures the log against its bars, and writes the results down."""

import argparse
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks.harness import describe_machine, postgres_server, print_table, write_results
from benchmarks.log import appends, delivery, lag, latency, memory
from benchmarks.log.options import QUICK, Options

_MEASURES = {
    "appends": appends.measure,
    "latency": latency.measure,
    "lag": lag.measure,
    "delivery": delivery.measure,
    "memory": memory.measure,
}

_RESULTS = Path(__file__).resolve().parent.parent / "results"


def main() -> None:
    """This measures what it is asked to, prints the table and writes the results."""
    arguments = _parser().parse_args()
    options = QUICK if arguments.quick else Options()
    given = {
        one.name: getattr(arguments, one.name)
        for one in fields(Options)
        if getattr(arguments, one.name) is not None
    }
    options = replace(options, **given)
    console = Console()
    measured_at = datetime.now(UTC)  # noqa: TID251  # the one reading of the clock of a run
    figures = []
    with postgres_server() as server:
        machine = describe_machine(server)
        for name in arguments.only or _MEASURES:
            console.print(f"measuring {name} …")
            for figure in _MEASURES[name](server, options):
                console.print(f"  {figure.name}: {figure.measured} (bar {figure.bar})")
                figures.append(figure)
    print_table(figures, title="The log", console=console)
    write_results(
        figures, name="log", folder=arguments.results, measured_at=measured_at, machine=machine
    )
    console.print(f"written to {arguments.results}/log.json and log.md")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.log", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only prove that the harness works")
    parser.add_argument("--only", nargs="+", choices=_MEASURES, metavar="FIGURE")
    parser.add_argument("--results", type=Path, default=_RESULTS, metavar="FOLDER")
    for one in fields(Options):
        parser.add_argument(f"--{one.name}", type=type(one.default), metavar="N")
    return parser


if __name__ == "__main__":
    main()
