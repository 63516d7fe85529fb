"""All observations of a module in one report, for people and for programs."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from modules.kernel.boundaries.report import findings_of, sections
from modules.kernel.boundaries.source import source_files
from modules.kernel.extraction.readiness.calls import (
    circles,
    costly_calls,
    transactions_of_others,
)
from modules.kernel.extraction.readiness.crossings import crossings, imports_of_tests
from modules.kernel.extraction.readiness.functions import Functions
from modules.kernel.extraction.readiness.latency import CALL_MS, Latency, latency
from modules.kernel.extraction.readiness.observation import Observation
from modules.kernel.extraction.readiness.sizes import PAUSE_SECONDS, Sizes, sizes
from modules.kernel.extraction.readiness.sql import sql_on_others
from modules.kernel.manifests import installed_modules


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """This is all that is known of a module that is to go.

    Attributes:
        owns_tables: without any there is nothing to move, and `cutover` refuses it.
    """

    module: str
    owns_tables: bool
    observations: tuple[Observation, ...]
    sizes: Sizes
    latency: Latency

    @property
    def ready(self) -> bool:
        return not any(one.blocks for one in self.observations)


def examine(
    module: str,
    *,
    root: Path,
    broker: str = "rabbitmq",
    hop_ms: float | None = None,
    call_ms: float = CALL_MS,
) -> Report:
    """This examines a module that is installed here.

    Args:
        root: the folder with ``modules/``, importlinter.ini and pyproject.toml.

    Raises:
        RuffMissing: a check could not be run; nothing is skipped.
    """
    configs = {one.label: one for one in installed_modules()}
    manifests = [one.manifest for one in configs.values()]
    manifest = configs[module].manifest
    files = {name: source_files(one.name, Path(one.path)) for name, one in configs.items()}
    functions = Functions(files)
    owners = {table: one.name for one in manifests for table in one.owns}
    found = {
        *crossings(module, findings_of(sections(root=root)), root=root),
        *imports_of_tests(module, root=root),
        *sql_on_others(module, files, owners, root=root),
        *transactions_of_others(module, functions, root=root),
        *circles(module, manifests, functions, root=root),
        *costly_calls(module, functions, root=root),
    }
    return Report(
        module=module,
        owns_tables=bool(manifest.owns),
        observations=tuple(sorted(found, key=lambda one: (not one.blocks, one))),
        sizes=sizes(manifest),
        latency=latency(manifest, functions, broker=broker, hop_ms=hop_ms, call_ms=call_ms),
    )


def as_json(report: Report) -> dict[str, Any]:
    """This gives the report as plain data; what is estimated says so in its name."""
    added_ms = report.latency.added_ms
    return {
        "module": report.module,
        "ready": report.ready,
        "owns_tables": report.owns_tables,
        "observations": [asdict(one) | {"place": one.place} for one in report.observations],
        "tables": [asdict(table) for table in report.sizes.tables],
        "messages": report.sizes.messages,
        "estimated": {
            "copy_seconds": round(report.sizes.copy_seconds, 1),
            "pause_seconds": list(PAUSE_SECONDS),
            "added_ms_a_flow": None if added_ms is None else round(added_ms, 1),
        },
        "flows": asdict(report.latency),
    }


def print_report(report: Report, *, console: Console) -> None:
    """This prints the report for people."""
    for one in report.observations:
        kind = "[red]blocks[/]" if one.blocks else "[yellow]costs [/]"
        console.print(f"{kind}  [bold]{escape(one.place)}[/] {escape(one.rule)}")
        console.print(f"        {escape(one.detail)}")
        console.print(f"        [dim]{escape(one.advice)}[/]")
    grid = Grid(box=None, pad_edge=False)
    for title, justify in (("table", "left"), ("rows", "right"), ("size", "right")):
        grid.add_column(title, justify="right" if justify == "right" else "left")
    for table in report.sizes.tables:
        grid.add_row(table.name, f"{table.rows:,}", _size(table.size_bytes))
    grid.add_row("messages of the log", f"{report.sizes.messages:,}", "")
    console.print(grid)
    if report.owns_tables:
        low, high = PAUSE_SECONDS
        console.print(
            f"estimate: the copy takes about {report.sizes.copy_seconds:,.0f} s while all goes on, "
            f"and callers then wait {low:g} to {high:g} s"
        )
    _print_latency(report.latency, console)
    blocking = sum(one.blocks for one in report.observations)
    without_a_move = (
        ""
        if report.owns_tables
        else ". It owns no tables and needs no move: run it elsewhere with QUARRY_MODULES"
    )
    console.print(
        f"{report.module} is ready{without_a_move}"
        if report.ready
        else f"{blocking} in the way of {report.module}",
        style="green" if report.ready else "red",
    )


def _print_latency(found: Latency, console: Console) -> None:
    if found.added_ms is None:
        console.print("estimate: added latency unknown, since the log holds no messages of it yet")
        return
    console.print(
        f"estimate: {found.added_ms:,.0f} ms added to a flow, by {found.hops:g} journeys of "
        f"messages one after another (at most {found.most_hops}) at {found.hop_ms:g} ms and "
        f"{found.calls:.1f} calls at {found.call_ms:g} ms; counted in {found.flows:,} flows of the "
        "log, with the costs of an idle system"
    )


def _size(size_bytes: int | None) -> str:
    if size_bytes is None:
        return "unknown"
    size, units = float(size_bytes), ["B", "kB", "MB", "GB", "TB"]
    while size >= 1000 and len(units) > 1:
        size, units = size / 1000, units[1:]
    return f"{size:,.0f} {units[0]}"
