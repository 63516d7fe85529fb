"""What the boundaries' own checks find about one module: all of it would break."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from modules.kernel.boundaries.finding import Finding
from modules.kernel.extraction.readiness.observation import Observation
from modules.kernel.extraction.writing.facts import beyond_contracts

_ADVICE = {
    "import": "ask its published interface, send it a command, or keep a copy from its events",
    "foreign-key": "keep its key in a plain field and ask the owner, or keep a copy",
    "through-table": "keep its key in a plain field and ask the owner, or keep a copy",
    "reflection": "ask the module's published interface",
    "template": "have a template of its own, or ask for the data",
}
_OTHERWISE = "mend it so that `manage.py boundaries check` finds nothing"


def crossings(module: str, findings: Iterable[Finding], *, root: Path) -> Iterator[Observation]:
    """This gives the findings in which the module reaches out or is reached into.

    Also known ones, which the ratchet lets pass: what may stand in a monolith cannot be moved.
    """
    for finding in findings:
        if _is_about(module, finding):
            yield Observation(
                rule=finding.rule,
                blocks=True,
                path=_path_of(finding, root),
                line=finding.line,
                detail=finding.detail,
                advice=_ADVICE.get(finding.rule, _OTHERWISE),
            )


def imports_of_tests(module: str, *, root: Path) -> Iterator[Observation]:
    """This gives what the module's tests import of others: tests go along and must pass alone."""
    for path, line, name in beyond_contracts(module, root=root):
        if "tests" in path.parts or path.name == "conftest.py":
            yield Observation(
                rule="import-in-a-test",
                blocks=True,
                path=path.as_posix(),
                line=line,
                detail=f"imports {name}, which does not go along",
                advice="let the test stand in for the other module by its contracts",
            )


def _is_about(module: str, finding: Finding) -> bool:
    own = re.compile(rf"(?:^|\b)(?:modules\.)?{re.escape(module)}(?:[._]|$)")
    return finding.importer.split(".")[1:2] == [module] or bool(own.match(finding.imported))


def _path_of(finding: Finding, root: Path) -> str:
    path = Path(*finding.importer.split("."))
    for found in (path.with_suffix(".py"), path / "module.toml", path / "__init__.py"):
        if (root / found).exists():
            return found.as_posix()
    return path.as_posix()
