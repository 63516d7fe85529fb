"""The catalogue of messages: who publishes each, who consumes it, its fields and an example.

Shown by the console, written into ``docs/events.md`` by ``manage.py contracts generate``, and
the source of the AsyncAPI documents. It knows the modules that are installed here.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modules.kernel.messaging.catalogue import message_classes
from modules.kernel.messaging.upcasting import upcast_versions
from modules.kernel.schemas.committed import module_folders
from modules.kernel.schemas.consumers import installed_consumers
from modules.kernel.schemas.documents import message_document
from modules.kernel.schemas.examples import example
from modules.kernel.schemas.keywords import Unjudgeable


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """This is one field of a message.

    Attributes:
        kind: its type in words, ``text or null``.
        default: as JSON, of a field that may be left out; else empty.
    """

    name: str
    kind: str
    default: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """This is one version of a message.

    Attributes:
        module: whose contract it is.
        kind: ``event`` or ``command``.
        versions: those that the code knows, and those that upcasters read.
        key: the field that messages are ordered by.
        publishers: the modules that append it.
        consumers: the modules that handle it, or make read models of it.
        example: as JSON, made from the schema.
        document: the schema.
    """

    name: str
    version: int
    module: str
    kind: str
    title: str
    summary: str
    key: str
    versions: tuple[int, ...]
    fields: tuple[Field, ...]
    publishers: tuple[str, ...]
    consumers: tuple[str, ...]
    example: str
    document: Mapping[str, Any]

    @property
    def type(self) -> str:
        """This is its CloudEvents type."""
        return f"{self.name}.v{self.version}"


def event_catalogue() -> tuple[Entry, ...]:
    """This gives every message of the installed modules, by name and version."""
    modules = module_folders()
    consumers = installed_consumers()
    senders = _senders()
    found = [entry for entry in message_classes() if entry.contract.module in modules]
    return tuple(
        _entry(
            message_document(entry.cls),
            publishers=(entry.contract.module,)
            if entry.contract.kind == "event"
            else senders.get(entry.contract.name, (entry.contract.module,)),
            consumers=tuple(one.module for one in consumers.get(entry.contract.name, ())),
            versions=_versions(entry.contract.name),
        )
        for entry in found
    )


def _entry(
    document: dict[str, Any],
    *,
    publishers: tuple[str, ...],
    consumers: tuple[str, ...],
    versions: tuple[int, ...],
) -> Entry:
    said = document["x-message"]
    definitions = document.get("$defs", {})
    required = set(document.get("required", ()))
    try:
        shown = json.dumps(example(document, definitions), indent=2, ensure_ascii=False)
    except Unjudgeable:
        shown = ""
    return Entry(
        name=said["name"],
        version=said["version"],
        module=said["name"].partition(".")[0],
        kind=said["kind"],
        title=document.get("title", said["name"]),
        summary=document.get("description", "").partition("\n\n")[0].replace("\n", " "),
        key=said["key"],
        versions=versions,
        fields=tuple(
            Field(
                name=name,
                kind=in_words(schema),
                default=""
                if name in required
                else json.dumps(schema.get("default"), ensure_ascii=False),
            )
            for name, schema in document.get("properties", {}).items()
        ),
        publishers=publishers,
        consumers=tuple(sorted(consumers)),
        example=shown,
        document=document,
    )


def in_words(schema: Any) -> str:
    """This gives the type of a field for people."""
    if not isinstance(schema, Mapping):
        return "anything"
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(in_words(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return "one of " + ", ".join(json.dumps(one, ensure_ascii=False) for one in schema["enum"])
    if "format" in schema:
        return str(schema["format"])
    match schema.get("type"):
        case "array":
            return f"list of {in_words(schema.get('items', {}))}"
        case "object" if isinstance(schema.get("additionalProperties"), Mapping):
            return f"{in_words(schema['additionalProperties'])} by name"
        case "string":
            return "text"
        case str() as kind:
            return kind
    return "anything"


def _senders() -> dict[str, tuple[str, ...]]:
    """This gives the modules that send each command, from their manifests."""
    found: dict[str, tuple[str, ...]] = {}
    for module, folder in module_folders().items():
        manifest = tomllib.loads((folder / "module.toml").read_text(encoding="utf-8"))
        for name in manifest.get("sends", ()):
            found[name] = (*found.get(name, ()), module)
    return found


def _versions(name: str) -> tuple[int, ...]:
    known = {one.contract.version for one in message_classes() if one.contract.name == name}
    return tuple(sorted(known | {version for one, version in upcast_versions() if one == name}))
