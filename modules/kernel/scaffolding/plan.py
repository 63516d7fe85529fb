"""What making a module would do, and doing it. Nothing is written before everything is known."""

import importlib.util
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from string import Template

from modules.kernel.scaffolding.names import BadModuleName, ModuleName
from modules.kernel.scaffolding.places import COMPOSE, LAYERS, SCOPES, SETTINGS
from modules.kernel.scaffolding.registration import (
    registered_in_layers,
    registered_in_queues,
    registered_in_scopes,
    registered_in_settings,
)
from modules.kernel.tasks.routing import queue_of

_BLUEPRINT = Path(__file__).parent / "blueprint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """This is what will be written: paths from the root of the repository, and whole texts."""

    name: ModuleName
    created: dict[Path, str]
    changed: dict[Path, str]


def make_plan(name: ModuleName, *, root: Path, labels: Collection[str]) -> Plan:
    """This works out all files of the module and all lines about it.

    Args:
        root: the folder with ``modules/``, ``config/`` and ``importlinter.ini``.
        labels: of the apps that are installed.

    Raises:
        BadModuleName: the name is taken.
        NoPlaceToRegister: a file to be changed does not look as expected.
    """
    name.refuse_if_taken(labels)
    module, folder = name.module, Path("modules", name.module)
    if (root / folder).exists():
        raise BadModuleName(f"{module!r} is taken: there is a {folder}")
    registrations = {
        SETTINGS: partial(registered_in_settings, module=module),
        SCOPES: partial(registered_in_scopes, module=module, title=name.title),
        LAYERS: partial(registered_in_layers, module=module),
    }
    if (root / COMPOSE).exists():
        registrations[COMPOSE] = partial(registered_in_queues, queue=queue_of(module))
    return Plan(
        name=name,
        created={folder / path: text for path, text in _rendered(name).items()},
        changed={
            path: registered((root / path).read_text(encoding="utf-8"))
            for path, registered in registrations.items()
        },
    )


def carry_out(plan: Plan, *, root: Path) -> bool:
    """This writes the files; False where ruff, which tidies them, is not installed.

    Ruff has the last word on order and line breaks, because they depend on the name: imports
    of ``modules.gift_cards`` stand before those of the kernel, of ``modules.returns`` after.
    """
    for path, text in {**plan.created, **plan.changed}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    if importlib.util.find_spec("ruff") is None:
        return False
    folder = Path("modules", plan.name.module)
    for command in (["check", "--select", "I", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, folder], cwd=root, check=True)
    return True


def _rendered(name: ModuleName) -> dict[Path, str]:
    words = {
        "module": name.module,
        "class_name": name.class_name,
        "title": name.title,
        "path": name.path,
    }
    return {
        file.relative_to(_BLUEPRINT).with_suffix(""): Template(
            file.read_text(encoding="utf-8")
        ).substitute(words)
        for file in sorted(_BLUEPRINT.rglob("*.txt"))
    }
