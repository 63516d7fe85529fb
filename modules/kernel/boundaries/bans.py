"""Names that ruff refuses (`banned-api` in pyproject.toml), as findings of the report."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

from modules.kernel.boundaries.finding import Finding


class RuffMissing(Exception):
    """This says that ruff, a development dependency, is not installed here."""


def ban_findings(*, root: Path) -> tuple[Finding, ...]:
    """This gives each use of a banned name below ``modules/``.

    Args:
        root: the folder with pyproject.toml.

    Raises:
        RuffMissing: there is no ruff to ask.
        subprocess.CalledProcessError: ruff could not do its work.
    """
    if importlib.util.find_spec("ruff") is None:
        raise RuffMissing("ruff is not installed; `make check` installs it")
    command = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--no-cache"]
    ruff = subprocess.run(
        [*command, "--output-format", "json", "modules"], cwd=root, capture_output=True, text=True
    )
    if ruff.returncode not in (0, 1):  # 1: it has found something
        raise subprocess.CalledProcessError(ruff.returncode, command, stderr=ruff.stderr)
    return tuple(_finding(root, found) for found in json.loads(ruff.stdout))


def _finding(root: Path, found: dict[str, object]) -> Finding:
    path = Path(str(found["filename"])).relative_to(root.resolve()).with_suffix("")
    path = path.parent if path.name == "__init__" else path
    name, _, why = str(found["message"]).partition(" is banned: ")
    row = found["location"]
    assert isinstance(row, dict)  # ruff's own format
    return Finding(
        rule="ban",
        importer=".".join(path.parts),
        imported=name.strip("`"),
        detail=f"uses {name.strip('`')}: {why}",
        line=int(row["row"]),
    )
