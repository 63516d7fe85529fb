"""Compatibility as the registry is asked for it: of JSON Schema and of Avro, by one judge.

An Avro schema is judged as the JSON Schema that says the same, which differs between a
writer, who sends every field, and a reader, who has defaults.
"""

import json
from collections.abc import Iterable
from typing import Any

from modules.kernel.schemas.compatibility import Compatible, Verdict, compatible
from modules.kernel.schemas.modes import Mode

_SCALARS: dict[str, Any] = {
    "null": {"type": "null"},
    "boolean": {"type": "boolean"},
    "int": {"type": "integer"},
    "long": {"type": "integer"},
    "float": {"type": "number"},
    "double": {"type": "number"},
    "string": {"type": "string"},
    "bytes": {"type": "string"},
}


def complaints(new: str, history: Iterable[str], mode: Mode, *, avro: bool) -> list[str]:
    """This says what a new schema breaks, in words; nothing where it may be registered.

    Args:
        history: the texts of the versions that are there, the newest first.
    """
    if mode is Mode.NONE:
        return []
    found = []
    for old in history if mode.transitive else list(history)[:1]:
        if mode.startswith(("FULL", "BACKWARD")) and (said := _said(old, new, avro=avro)):
            found.append(f"BACKWARD: {said}")
        if mode.startswith(("FULL", "FORWARD")) and (said := _said(new, old, avro=avro)):
            found.append(f"FORWARD: {said}")
    return found


def _said(writer: str, reader: str, *, avro: bool) -> str:
    verdict: Verdict
    if avro:
        verdict = compatible(
            _as_json_schema(json.loads(writer), reads=False),
            _as_json_schema(json.loads(reader), reads=True),
        )
    else:
        verdict = compatible(json.loads(writer), json.loads(reader))
    if isinstance(verdict, Compatible):
        return ""
    where = getattr(verdict, "path", "")
    example = getattr(verdict, "example", None)
    shown = f", for example {json.dumps(example, ensure_ascii=False)}" if example else ""
    return f"{where + ': ' if where else ''}{verdict.reason}{shown}"


def _as_json_schema(schema: Any, *, reads: bool) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    made = _translated(schema, definitions, reads=reads, namespace="")
    return {**made, "$defs": definitions}


def _translated(
    schema: Any, definitions: dict[str, Any], *, reads: bool, namespace: str
) -> dict[str, Any]:
    def inner(one: Any, within: str = namespace) -> dict[str, Any]:
        return _translated(one, definitions, reads=reads, namespace=within)

    if isinstance(schema, list):
        return {"anyOf": [inner(one) for one in schema]}
    if isinstance(schema, str):
        return _SCALARS.get(schema) or {"$ref": f"#/$defs/{_short(schema)}"}
    match schema["type"]:
        case "record":
            own = schema.get("namespace", namespace)
            name = _short(schema["name"])
            definitions[name] = {}  # Known from here on, should it contain itself.
            definitions[name] = {
                "type": "object",
                "properties": {one["name"]: inner(one["type"], own) for one in schema["fields"]},
                "required": [
                    one["name"] for one in schema["fields"] if not (reads and "default" in one)
                ],
            }
            return {"$ref": f"#/$defs/{name}"}
        case "enum":
            open_ended = reads and "default" in schema
            return {"type": "string"} if open_ended else {"enum": list(schema["symbols"])}
        case "array":
            return {"type": "array", "items": inner(schema["items"])}
        case "map":
            return {"type": "object", "additionalProperties": inner(schema["values"])}
        case "fixed":
            return {"type": "string", "minLength": schema["size"], "maxLength": schema["size"]}
        case kind:
            return inner(kind)


def _short(name: str) -> str:
    # Names are resolved without their namespaces: within one schema the short ones are enough.
    return name.rpartition(".")[2]
