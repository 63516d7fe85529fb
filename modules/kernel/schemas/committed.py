"""The committed schema files: those that the code gives today, written and compared.

A file that differs from the code is stale; so is one that no contract has any more.
"""

import importlib
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps

from modules.kernel.contracts import InterfaceContract
from modules.kernel.messaging.catalogue import message_classes
from modules.kernel.schemas.documents import (
    canonical,
    file_name,
    interface_document,
    message_document,
)

Documents = Mapping[str, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """This is a schema file that does not say what the code says.

    Attributes:
        path: from the root of the repository.
        why: missing, changed, or of no contract.
    """

    path: str
    why: str


def module_folders() -> dict[str, Path]:
    """This gives the folder of each installed module; what has a manifest is a module."""
    return {
        config.label: Path(config.path)
        for config in apps.get_app_configs()
        if (Path(config.path) / "module.toml").is_file()
    }


def modules_left_out(root: Path) -> tuple[str, ...]:
    """This gives the modules whose code is in the repository, and that this process has not."""
    present = {manifest.parent.name for manifest in root.glob("modules/*/module.toml")}
    return tuple(sorted(present - module_folders().keys()))


def is_of_neighbour(path: str, *, root: Path) -> bool:
    """This is true of a schema file that stands here for a module that runs elsewhere."""
    return path.split("/")[1] not in module_folders() and (root / path).is_file()


def documents_of_code(root: Path) -> Documents:
    """This gives the schema documents of all installed modules by their path from `root`."""
    folders = module_folders()
    made: dict[str, dict[str, Any]] = {}
    for module, folder in folders.items():
        package = apps.get_app_config(module).name
        for document in _documents_of(package):
            path = folder / "contracts" / "schemas" / file_name(document)
            made[path.relative_to(root).as_posix()] = document
    return dict(sorted(made.items()))


def stale_files(documents: Documents, *, root: Path) -> Iterator[Stale]:
    """This compares the files with the documents that the code gives."""
    for path, document in documents.items():
        file = root / path
        if not file.is_file():
            yield Stale(path=path, why="is missing")
        elif file.read_text(encoding="utf-8") != canonical(document):
            yield Stale(path=path, why="does not say what the code says")
    for path in _files(root):
        if path not in documents and not is_of_neighbour(path, root=root):
            yield Stale(path=path, why="belongs to no contract")


def write_files(documents: Documents, *, root: Path) -> tuple[Stale, ...]:
    """This makes the files say what the code says, and gives those that did not."""
    stale = tuple(stale_files(documents, root=root))
    for one in stale:
        file = root / one.path
        if one.path in documents:
            file.parent.mkdir(exist_ok=True)
            file.write_text(canonical(documents[one.path]), encoding="utf-8")
        else:
            file.unlink()
    return stale


def _files(root: Path) -> Iterator[str]:
    for file in sorted(root.glob("modules/*/contracts/schemas/*.json")):
        yield file.relative_to(root).as_posix()


def _documents_of(package: str) -> Iterator[dict[str, Any]]:
    for entry in message_classes():
        if entry.cls.__module__.startswith(f"{package}.contracts."):
            yield message_document(entry.cls)
    for value in vars(importlib.import_module(f"{package}.contracts")).values():
        contract = getattr(value, "__interface__", None)
        # Another module's interface may be imported here, to speak of its types.
        own = inspect.isclass(value) and value.__module__.startswith(f"{package}.contracts")
        if own and isinstance(contract, InterfaceContract):
            yield interface_document(value)
