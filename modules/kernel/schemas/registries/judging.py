"""Today's contracts against what a registry holds, judged as against the released files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from modules.kernel.schemas.modes import Edition
from modules.kernel.schemas.registries.port import Registry
from modules.kernel.schemas.releases import Releases


def registered(registry: Registry, documents: Mapping[str, Any], *, url: str) -> Releases:
    """This gives the registry's versions of each message as its editions.

    Args:
        documents: those of the code by path; interfaces are in no registry.
        url: what the reader of the report is told, so without a password.
    """
    editions: dict[str, tuple[Edition, ...]] = {}
    for path, document in documents.items():
        said = document.get("x-message")
        if said is None:
            continue
        history = registry.history(f"{said['name']}.v{said['version']}")
        if history:
            editions[path] = tuple(
                Edition(at=f"version {one.version} there", schema=json.loads(one.text))
                for one in history
            )
    return Releases(revision=url, editions=editions, present=frozenset(editions))
