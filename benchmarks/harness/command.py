"""The command of a benchmark: its options, its figures one after another, and its report."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from rich.console import Console

from benchmarks.harness.database import postgres_server
from benchmarks.harness.figure import Figure
from benchmarks.harness.machine import describe_machine
from benchmarks.harness.report import print_table, write_results

Options = TypeVar("Options")

_RESULTS = Path(__file__).resolve().parent.parent / "results"


class Command(Generic[Options]):
    """This is one run of `python -m benchmarks.<name>`.

    Args:
        name: of the benchmark's package and of the files with its results.
        figures: names of what can be measured, in order.
        usual: the options of a whole run, a dataclass; each field is an option of the command.
        quick: the options that only prove that the harness works.
    """

    def __init__(
        self, name: str, *, title: str, figures: Sequence[str], usual: Options, quick: Options
    ) -> None:
        self._name = name
        self._title = title
        self._figures = figures
        self._arguments = _parser(name, title, figures, usual).parse_args()
        given: dict[str, Any] = {
            one.name: value
            for one in fields(usual)  # type: ignore[arg-type]  # a dataclass of the benchmark's own
            if (value := getattr(self._arguments, one.name)) is not None
        }
        chosen = quick if self._arguments.quick else usual
        self.options: Options = replace(chosen, **given)  # type: ignore[type-var]  # as above

    def run_on_postgres(
        self, measures: Mapping[str, Callable[[str, Options], Iterator[Figure]]]
    ) -> None:
        """This does as `run` does, with measures that are given a PostgreSQL server's URL first.

        Raises:
            ServiceMissing: this machine has none.
        """
        with postgres_server() as server:
            self.run(
                {
                    name: partial(measure, server, self.options)
                    for name, measure in measures.items()
                },
                describe_machine(server),
            )

    def run(
        self, measures: Mapping[str, Callable[[], Iterator[Figure]]], machine: Mapping[str, str]
    ) -> None:
        """This measures what was asked for, prints the table and writes the results."""
        console = Console()
        measured_at = datetime.now(UTC)  # noqa: TID251  # the one reading of the clock of a run
        figures = []
        for name in self._arguments.only or self._figures:
            console.print(f"measuring {name} …")
            for figure in measures[name]():
                console.print(f"  {figure.name}: {figure.measured} (bar {figure.bar})")
                figures.append(figure)
        print_table(figures, title=self._title, console=console)
        folder: Path = self._arguments.results
        write_results(
            figures, name=self._name, folder=folder, measured_at=measured_at, machine=machine
        )
        console.print(f"written to {folder}/{self._name}.json and {self._name}.md")


def _parser(
    name: str, title: str, figures: Sequence[str], usual: object
) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=title)
    parser.add_argument("--quick", action="store_true", help="only prove that the harness works")
    parser.add_argument("--only", nargs="+", choices=figures, metavar="FIGURE")
    parser.add_argument("--results", type=Path, default=_RESULTS, metavar="FOLDER")
    for one in fields(usual):  # type: ignore[arg-type]  # a dataclass of the benchmark's own
        parser.add_argument(f"--{one.name}", type=type(one.default), metavar="N")
    return parser
