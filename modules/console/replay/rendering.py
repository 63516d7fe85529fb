"""How a report looks to a person: one table, then the breaches of conservation, if any."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from modules.console.replay.report import Report


def render(report: Report, console: Console) -> None:
    """This writes the report to the console."""
    table = Table(title=f"Replay {report.run_id}", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(justify="right")
    for label, value in _rows(report):
        table.add_row(label, value)
    console.print(table)
    if report.conserved:
        console.print(Text("Conservation holds.", style="bold green"))
        return
    console.print(
        Text(f"Conservation is violated {len(report.violations)} times:", style="bold red")
    )
    for violation in report.violations:
        console.print(Text(f"  {violation.invariant}: {violation.subject}: {violation.detail}"))


def _rows(report: Report) -> list[tuple[str, str]]:
    latency = report.latency
    return [
        ("orders", f"{report.orders:,}"),
        ("placed", f"{report.placed:,}"),
        ("fulfilled", f"{report.fulfilled:,}"),
        *((f"failed: {code or 'without a code'}", f"{n:,}") for code, n in report.failed.items()),
        *((status, f"{n:,}") for status, n in report.others.items()),
        ("placed → final, p50", f"{latency.p50_ms:,.0f} ms"),
        ("placed → final, p90", f"{latency.p90_ms:,.0f} ms"),
        ("placed → final, p99", f"{latency.p99_ms:,.0f} ms"),
        ("placed → final, longest", f"{latency.longest_ms:,.0f} ms"),
        ("throughput", f"{report.orders_per_second:,.1f} orders/s"),
        ("requests sent again", f"{report.requests_retried:,}"),
        ("captured (minor units)", f"{report.captured_minor:,}"),
        ("refunded", f"{report.refunded_minor:,}"),
        ("total of fulfilled orders", f"{report.fulfilled_minor:,}"),
        ("units at the start", f"{report.units_initial:,}"),
        ("units shipped", f"{report.units_shipped:,}"),
        ("units left", f"{report.units_left:,}"),
    ]
