"""What taking modules out would do, and doing it: the reverse of `plan`, for what is not wanted.

For a module that was begun in vain, and for the modules of the template, when a product of one's
own takes their place. Tables and messages of theirs stay in databases in which they are.
"""

import shutil
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from modules.kernel.manifests import Manifest, read_manifest
from modules.kernel.scaffolding.places import COMPOSE, LAYERS, SCOPES, SETTINGS
from modules.kernel.scaffolding.registration import (
    taken_out_of_layers,
    taken_out_of_queues,
    taken_out_of_scopes,
    taken_out_of_settings,
)
from modules.kernel.tasks.routing import queue_of


class Needed(ValueError):
    """This says who needs what is to be taken out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """This is what will go, and what will be written: paths from the root of the repository."""

    folders: tuple[Path, ...]
    changed: dict[Path, str]


def make_removal(names: Collection[str], *, root: Path, modules: Sequence[str]) -> Removal:
    """This works out what is left without the modules.

    Args:
        root: the folder with ``modules/``, ``config/`` and ``importlinter.ini``.
        modules: all that there are.

    Raises:
        Needed: another module hears, asks or sends to one of them; or none would be left.
        NoPlaceToRegister: a file to be changed does not look as expected.
    """
    if unknown := sorted(set(names) - set(modules)):
        raise Needed(f"there is no module {unknown[0]!r}")
    manifests = {name: read_manifest(root / "modules" / name / "module.toml") for name in modules}
    others = [manifest for name, manifest in manifests.items() if name not in names]
    if not others:
        raise Needed("no module would be left: `manage.py startmodule` makes one of your own first")
    for manifest in others:
        for used in _used(manifest):
            if used.partition(".")[0] in names:
                raise Needed(f"{manifest.name} needs {used}: take that out of it first")
    scopes = _scopes(manifests[name] for name in names) - _scopes(others)
    changed = {
        path: (root / path).read_text(encoding="utf-8")
        for path in (SETTINGS, SCOPES, LAYERS, COMPOSE)
        if (root / path).exists()
    }
    changed[SCOPES] = taken_out_of_scopes(changed[SCOPES], scopes=scopes)
    for name in names:
        changed[SETTINGS] = taken_out_of_settings(changed[SETTINGS], module=name)
        changed[LAYERS] = taken_out_of_layers(changed[LAYERS], module=name)
        if COMPOSE in changed:
            changed[COMPOSE] = taken_out_of_queues(changed[COMPOSE], queue=queue_of(name))
    return Removal(folders=tuple(Path("modules", name) for name in names), changed=changed)


def remove(removal: Removal, *, root: Path) -> None:
    """This writes what is left, and deletes the modules' folders."""
    for path, text in removal.changed.items():
        (root / path).write_text(text, encoding="utf-8")
    for folder in removal.folders:
        shutil.rmtree(root / folder)


def _used(manifest: Manifest) -> tuple[str, ...]:
    return (*manifest.requires, *manifest.consumes, *manifest.sends)


def _scopes(manifests: Iterator[Manifest] | Sequence[Manifest]) -> set[str]:
    return {scope for one in manifests for route in one.routes for scope in route.scopes}
