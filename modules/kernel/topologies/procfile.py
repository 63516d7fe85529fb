"""A plan as files: a Procfile for honcho or any other process manager, and an environment."""

import shlex
from collections.abc import Mapping

from modules.kernel.topologies.plan import Plan


def procfile(plan: Plan, *, python: str, manage: str) -> str:
    """This gives a Procfile that starts a server with its message threads for each process."""
    lines = []
    for part in plan.parts:
        told = " ".join(f"{name}={shlex.quote(value)}" for name, value in part.environment.items())
        serve = f"runserver --noreload 127.0.0.1:{part.port}"
        lines.append(
            f"{part.name}: exec env {told} {shlex.quote(python)} {shlex.quote(manage)} {serve}\n"
        )
    return "".join(lines)


def environment_file(environment: Mapping[str, str]) -> str:
    """This gives lines that a shell exports with ``set -a`` and ``.``."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in environment.items())
