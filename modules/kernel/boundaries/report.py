"""One report of all checks of the boundaries, for people and for programs.

Called by ``manage.py boundaries check``; calls every check of this package.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from modules.kernel.boundaries.bans import ban_findings
from modules.kernel.boundaries.checks import policy_findings, registry_findings
from modules.kernel.boundaries.declarations import declaration_findings
from modules.kernel.boundaries.finding import Finding
from modules.kernel.boundaries.imports import import_findings
from modules.kernel.boundaries.ratchet import Verdict, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """This is what one kind of check has found."""

    title: str
    findings: tuple[Finding, ...]


def sections(*, root: Path) -> tuple[Section, ...]:
    """This runs all checks.

    Args:
        root: the folder with importlinter.ini and pyproject.toml.

    Raises:
        RuffMissing: one of them could not be run. Nothing is skipped: a report that is green
            for what it did not look at would be believed.
    """
    imports = import_findings(configuration=str(root / "importlinter.ini"))
    return (
        Section(title="Imports", findings=imports),
        Section(title="Models, tables and reflection", findings=tuple(registry_findings())),
        Section(title="Banned names", findings=ban_findings(root=root)),
        Section(title="Manifests", findings=tuple(declaration_findings())),
        Section(title="Calls", findings=tuple(policy_findings())),
    )


def findings_of(parts: Iterable[Section]) -> tuple[Finding, ...]:
    """This gives the findings of all sections together."""
    return tuple(finding for part in parts for finding in part.findings)


def as_json(parts: Iterable[Section], *, known: frozenset[str]) -> dict[str, Any]:
    """This gives the report as plain data."""
    parts = tuple(parts)
    verdict = judge(findings_of(parts), known=known)
    return {
        "ok": verdict.kept,
        "findings": [_plain(finding, known) for part in parts for finding in part.findings],
        "stale": list(verdict.stale),
    }


def print_report(parts: Iterable[Section], *, known: frozenset[str], console: Console) -> Verdict:
    """This prints the report for people and gives its verdict."""
    parts = tuple(parts)
    verdict = judge(findings_of(parts), known=known)
    for part in parts:
        new = judge(part.findings, known=known).new
        console.print(f"{'[red]broken[/]  ' if new else '[green]kept[/]    '}{part.title}")
        for finding in new:
            console.print(f"        [bold]{escape(finding.place)}[/] {escape(finding.detail)}")
            console.print(f"        [dim]{escape(finding.edge)}[/]")
    for edge in verdict.stale:
        console.print(f"[red]stale[/]   {escape(edge)}")
        console.print("        is repaired: take it out of the baseline with --update-baseline")
    console.print(
        f"{len(verdict.new)} new, {len(verdict.known)} known, {len(verdict.stale)} stale",
        style="green" if verdict.kept else "red",
    )
    return verdict


def _plain(finding: Finding, known: frozenset[str]) -> dict[str, Any]:
    return asdict(finding) | {"edge": finding.edge, "known": finding.edge in known}
