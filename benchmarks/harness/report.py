"""The report: a table on the terminal, and JSON and Markdown beside each other in a folder."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.harness.figure import Figure


def print_table(figures: Sequence[Figure], *, title: str, console: Console) -> None:
    """This prints the figures against their bars."""
    table = Table(title=title, show_lines=True)
    for heading in ("figure", "bar", "measured: median (lowest to highest)", "met?"):
        table.add_column(heading)
    for figure in figures:
        met = "[green]met[/]" if figure.met else "[red]missed[/]"
        table.add_row(figure.name, figure.bar, _measured(figure, "\n"), met)
    console.print(table)


def write_results(
    figures: Sequence[Figure],
    *,
    name: str,
    folder: Path,
    measured_at: datetime,
    machine: Mapping[str, str],
) -> None:
    """This writes ``name.json`` and ``name.md``, with what they were measured on."""
    folder.mkdir(parents=True, exist_ok=True)
    conditions = {"measured at": f"{measured_at:%Y-%m-%d %H:%M} UTC", **machine}
    document = {"conditions": conditions, "figures": [asdict(figure) for figure in figures]}
    (folder / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n")
    lines = ["| figure | bar | measured: median (lowest to highest) | met? |"]
    lines.append("| --- | --- | --- | --- |")
    for figure in figures:
        met = "met" if figure.met else "**missed**"
        lines.append(f"| {figure.name} | {figure.bar} | {_measured(figure, '<br>')} | {met} |")
    lines += ["", "Measured on: " + "; ".join(f"{key} {conditions[key]}" for key in conditions)]
    (folder / f"{name}.md").write_text("\n".join(lines) + "\n")


def _measured(figure: Figure, line_end: str) -> str:
    return figure.measured + (f"{line_end}{figure.note}" if figure.note else "")
