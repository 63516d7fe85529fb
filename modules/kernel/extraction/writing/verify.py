"""Trying a service in an environment of its own, which knows nothing of the monolith's."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

#: What is tried, in this order: what it shows, and the target of the service's Makefile.
STEPS = (
    ("install from the lock", "install"),
    ("boundaries", "check-boundaries"),
    ("lint", "check-lint"),
    ("no migration is missing", "check-migrations"),
    ("migrations", "migrate"),
    ("settings, also as for production", "check-django"),
    ("its own tests", "test"),
)

#: What this process was told is not for the service: not its settings, nor its environment.
_OURS = ("MAKE", "MFLAGS", "DJANGO", "QUARRY", "PYTEST", "PYTHON", "VENV", "VIRTUAL_ENV")


class StepFailed(Exception):
    """This says which step failed, with the end of what it has printed."""


def run_step(target: str, *, folder: Path) -> None:
    """This runs one target of the service's Makefile. Raises: StepFailed."""
    done = subprocess.run(
        ["make", target],
        cwd=folder,
        env=clean(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        end = "\n".join(done.stdout.splitlines()[-40:])
        raise StepFailed(f"`make {target}` in {folder} failed:\n{end}")


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """This gives an environment without what is the monolith's."""
    kept = {
        name: value
        for name, value in environment.items()
        if not name.startswith(_OURS) and not name.endswith("DATABASE_URL")
    }
    ours = str(Path(sys.prefix, "bin"))
    path = [folder for folder in kept.get("PATH", "").split(os.pathsep) if folder != ours]
    return kept | {"PATH": os.pathsep.join(path)}
