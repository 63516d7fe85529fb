"""The manifest, ``module.toml``: what a module says about itself.

A test compares what it says with what the code does; the console draws the map of
the system from it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from modules.kernel.manifests.routes import Route, RouteError, read_route
from modules.kernel.resilience import Policy, PolicyError, read_policies


class ManifestError(ValueError):
    """This says what is wrong in which manifest, and how to mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """This is a module's own account of itself.

    Attributes:
        name: the module's name, which is its Django app label and its table prefix.
        title: for people.
        summary: one sentence for people.
        owns: its database tables.
        publishes: wire names of its own events.
        sends: wire names of other modules' commands that it sends.
        consumes: wire names of the commands and events that it handles.
        provides: names of the interfaces that it answers for.
        requires: interfaces of other modules that it calls, as ``module.Interface``.
        routes: its HTTP paths.
        policies: what stands around its calls, by the interface of `requires` or one of its
            methods (``module.Interface.method``); ``default`` for the others.
    """

    name: str
    title: str
    summary: str
    owns: tuple[str, ...] = ()
    publishes: tuple[str, ...] = ()
    sends: tuple[str, ...] = ()
    consumes: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    policies: Mapping[str, Policy] = field(default_factory=dict)


def read_manifest(path: Path) -> Manifest:
    """This reads and checks one ``module.toml``.

    Raises:
        ManifestError: it is missing, is not TOML, lacks a key, or has one too many.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ManifestError(
            f"{path}: there is no manifest; every module has a module.toml"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ManifestError(f"{path}: {error}") from error
    known = {field.name for field in fields(Manifest)}
    if unknown := sorted(set(content) - known):
        raise ManifestError(
            f"{path}: unknown key {unknown[0]!r}; the keys are {', '.join(sorted(known))}"
        )
    if missing := sorted({"name", "title", "summary"} - set(content)):
        raise ManifestError(f"{path}: {missing[0]!r} is missing")
    return Manifest(**{key: _frozen(path, key, value) for key, value in content.items()})


def _frozen(path: Path, key: str, value: Any) -> Any:
    if key == "routes":
        try:
            return tuple(read_route(said, place=str(path)) for said in value)
        except RouteError as error:
            raise ManifestError(str(error)) from error
    if key == "policies":
        try:
            return read_policies(value, place=str(path))
        except PolicyError as error:
            raise ManifestError(str(error)) from error
    return tuple(value) if isinstance(value, list) else value
