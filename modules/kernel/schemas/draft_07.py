"""Schemas in draft-07, for registries that know nothing newer."""

from collections.abc import Mapping
from typing import Any

_DIALECT = "http://json-schema.org/draft-07/schema#"


def as_draft_07(document: Mapping[str, Any]) -> dict[str, Any]:
    """This says the same in draft-07: definitions and tuples have other names there."""
    made = _said(document)
    assert isinstance(made, dict)
    return {**made, "$schema": _DIALECT}


def _said(value: Any, *, names: bool = False) -> Any:
    """This translates a schema; with `names` a mapping of names to schemas."""
    if isinstance(value, list):
        return [_said(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if names:
        return {name: _said(one) for name, one in value.items()}
    made: dict[str, Any] = {}
    for keyword, said in value.items():
        match keyword:
            case "$defs":
                made["definitions"] = _said(said, names=True)
            case "properties":
                made["properties"] = _said(said, names=True)
            case "$ref":
                made["$ref"] = said.replace("#/$defs/", "#/definitions/")
            case "prefixItems":
                made["items"] = _said(said)
            case "items" if "prefixItems" in value:
                made["additionalItems"] = _said(said)
            case "default" | "enum" | "const" | "examples":
                made[keyword] = said
            case _:
                made[keyword] = _said(said)
    return made


def from_draft_07(document: Mapping[str, Any]) -> dict[str, Any]:
    """This is the way back, of what `as_draft_07` gives."""
    made = _said_again(document)
    assert isinstance(made, dict)
    return {**made, "$schema": "https://json-schema.org/draft/2020-12/schema"}


def _said_again(value: Any, *, names: bool = False) -> Any:
    if isinstance(value, list):
        return [_said_again(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if names:
        return {name: _said_again(one) for name, one in value.items()}
    made: dict[str, Any] = {}
    for keyword, said in value.items():
        match keyword:
            case "definitions":
                made["$defs"] = _said_again(said, names=True)
            case "properties":
                made["properties"] = _said_again(said, names=True)
            case "$ref":
                made["$ref"] = said.replace("#/definitions/", "#/$defs/")
            case "items" if isinstance(said, list):
                made["prefixItems"] = _said_again(said)
            case "additionalItems":
                made["items"] = _said_again(said)
            case "default" | "enum" | "const" | "examples":
                made[keyword] = said
            case _:
                made[keyword] = _said_again(said)
    return made
