"""The ratchet: known violations, which may only become fewer.

For a team that takes up these rules on a code base that breaks them. The baseline is a
committed file with one edge a line (``import: modules.a.views -> modules.b.models``).
Edges are compared as a set and not counted: a count lets one violation be swapped for
another. A line whose violation is gone must go too, or it would let the violation back in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from modules.kernel.boundaries.finding import Finding

_HEADER = """\
# Known violations of the boundaries. Lines may only be taken out; after repairing one, run
# `manage.py boundaries check --update-baseline`.
"""


class RatchetTurnedBack(Exception):
    """This says that an update would have added violations to the baseline."""

    def __init__(self, edges: Iterable[str]) -> None:
        self.edges = tuple(sorted(edges))
        super().__init__(
            "the baseline may only shrink; it does not take in "
            + ", ".join(self.edges)
            + ": repair what is new"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """This is what the findings are in the light of the baseline.

    Attributes:
        new: findings that it does not know.
        known: findings that it does.
        stale: its edges that nobody breaks any more.
    """

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]
    stale: tuple[str, ...]

    @property
    def kept(self) -> bool:
        return not self.new and not self.stale


def known_edges(baseline: Path) -> frozenset[str]:
    """This reads a baseline; no file is an empty one."""
    if not baseline.exists():
        return frozenset()
    lines = (line.strip() for line in baseline.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


def judge(findings: Iterable[Finding], *, known: frozenset[str]) -> Verdict:
    """This compares the findings with the known edges."""
    findings = tuple(findings)
    return Verdict(
        new=tuple(finding for finding in findings if finding.edge not in known),
        known=tuple(finding for finding in findings if finding.edge in known),
        stale=tuple(sorted(known - {finding.edge for finding in findings})),
    )


def tighten(baseline: Path, findings: Iterable[Finding]) -> None:
    """This writes the baseline anew: the first time with all edges, later with fewer only.

    Raises:
        RatchetTurnedBack: there is a baseline and it does not know one of the findings.
    """
    edges = {finding.edge for finding in findings}
    if baseline.exists() and (added := edges - known_edges(baseline)):
        raise RatchetTurnedBack(added)
    if not edges:
        baseline.unlink(missing_ok=True)
        return
    baseline.write_text(_HEADER + "".join(f"{edge}\n" for edge in sorted(edges)), encoding="utf-8")
