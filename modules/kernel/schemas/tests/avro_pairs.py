"""Random Avro schemas, pairs of them, and data that take every way through a schema.

Nothing here uses the judge: what is a schema fastavro says.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

import fastavro
from hypothesis import assume
from hypothesis import strategies as st

_VALUES: dict[str, Any] = {
    "null": None,
    "boolean": True,
    "int": 1,
    "long": 2,
    "float": 1.5,
    "double": 2.5,
    "string": "text",
    "bytes": b"text",
}
_scalars = st.sampled_from(sorted(_VALUES))
_FIELDS = ("a", "b", "c", "d")
_SYMBOLS = ("RED", "BLUE", "GREEN")


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """This gives a writer and a reader; most often the one is the other, a little changed."""
    writer = draw(schemas())
    reader = copy.deepcopy(writer) if draw(st.integers(0, 5)) else draw(schemas())
    for _ in range(draw(st.integers(0, 3))):
        reader = draw(_changed(reader))
    assume(_is_schema(reader))
    return (writer, reader) if draw(st.booleans()) else (reader, writer)


@st.composite
def schemas(draw: st.DrawFn) -> Any:
    schema = _drawn(draw, [], (), 3)
    assume(_is_schema(schema))
    return schema


def values(schema: Any) -> list[Any]:
    """This gives data that a writer may send, with each branch, symbol and field in turn."""
    named: dict[str, Any] = {}
    return list(_values(fastavro.parse_schema(schema, named), named, ()))


def _drawn(draw: st.DrawFn, made: list[str], within: tuple[str, ...], depth: int) -> Any:
    kinds = ["scalar", "known"]
    kinds += ["record", "record", "enum", "fixed", "array", "map", "union"] if depth else []
    kind = draw(st.sampled_from(kinds))
    if kind in ("record", "enum", "fixed"):
        # fastavro takes types of one name for the same, though the one be a record.
        name = f"{kind.capitalize()}{len(made)}"
        made.append(name)
    match kind:
        case "known" if made:
            known = draw(st.sampled_from(made))
            # What contains itself has to come to an end.
            return {"type": "array", "items": known} if known in within else known
        case "record":
            fields = draw(st.lists(st.sampled_from(_FIELDS), unique=True, max_size=3))
            inner = (*within, name)
            return {
                "type": "record",
                "name": name,
                "fields": [
                    {"name": one, "type": _drawn(draw, made, inner, depth - 1)} for one in fields
                ],
            }
        case "enum":
            symbols = draw(st.lists(st.sampled_from(_SYMBOLS), unique=True, min_size=1))
            return {"type": "enum", "name": name, "symbols": symbols}
        case "fixed":
            return {"type": "fixed", "name": name, "size": draw(st.integers(1, 2))}
        case "array":
            return {"type": "array", "items": _drawn(draw, made, within, depth - 1)}
        case "map":
            return {"type": "map", "values": _drawn(draw, made, within, depth - 1)}
        case "union":
            return [_drawn(draw, made, within, depth - 1) for _ in range(draw(st.integers(1, 3)))]
    return draw(_scalars)


@st.composite
def _changed(draw: st.DrawFn, schema: Any) -> Any:
    """This changes one place of a schema."""
    root = {"type": copy.deepcopy(schema)}
    holder, key = draw(st.sampled_from(list(_places(root, "type"))))
    part = holder[key]
    kind = draw(st.integers(0, 9))
    alias = draw(st.booleans())
    if kind == 0:
        holder[key] = draw(_scalars)
    elif kind == 1:
        holder[key] = ["null", part]
    elif isinstance(part, list):
        if kind < 5 or len(part) == 1:
            part.append(draw(_scalars))
        else:
            part.remove(draw(st.sampled_from(part)))
    elif isinstance(part, str):
        holder[key] = draw(_scalars)
    elif kind == 2 and "name" in part:
        text = json.dumps(root).replace(f'"{part["name"]}"', f'"{part["name"]}x"')
        root = json.loads(text)
        if alias:
            _named(root["type"], f"{part['name']}x")["aliases"] = [part["name"]]
    elif part["type"] == "record":
        _change_fields(draw, part, kind, alias=alias)
    elif part["type"] == "enum":
        part["symbols"] = draw(st.lists(st.sampled_from(_SYMBOLS), unique=True, min_size=1))
        if alias:
            part["default"] = part["symbols"][0]
    elif part["type"] == "fixed":
        part["size"] = 3 - part["size"]
    return root["type"]


def _change_fields(draw: st.DrawFn, record: dict[str, Any], kind: int, *, alias: bool) -> None:
    if kind < 5 or not record["fields"]:
        added: dict[str, Any] = {"name": draw(st.sampled_from(_FIELDS)), "type": "string"}
        record["fields"].append(added | ({"default": ""} if alias else {}))
    elif kind == 5:
        record["fields"].remove(draw(st.sampled_from(record["fields"])))
    elif kind == 6:
        record["fields"] = draw(st.permutations(record["fields"]))
    else:
        field = draw(st.sampled_from(record["fields"]))
        if alias:
            field["aliases"] = [field["name"]]
        field["name"] = f"{field['name']}x"


def _places(holder: Any, key: Any) -> Iterator[tuple[Any, Any]]:
    yield holder, key
    part = holder[key]
    if isinstance(part, list):
        for index in range(len(part)):
            yield from _places(part, index)
    elif isinstance(part, dict):
        for inner in ("items", "values"):
            if inner in part:
                yield from _places(part, inner)
        for field in part.get("fields", ()):
            yield from _places(field, "type")


def _named(schema: Any, name: str) -> dict[str, Any]:
    found = (holder[key] for holder, key in _places({"type": schema}, "type"))
    return next(one for one in found if isinstance(one, dict) and one.get("name") == name)


def _is_schema(schema: Any) -> bool:
    try:
        fastavro.parse_schema(schema)
    except Exception:  # whatever a foreign package raises, it is none
        return False
    parts = [holder[key] for holder, key in _places({"type": schema}, "type")]
    unions = [part for part in parts if isinstance(part, list)]
    fields = [[one["name"] for one in part["fields"]] for part in parts if "fields" in part]
    return all(_is_union(one) for one in unions) and all(len(n) == len({*n}) for n in fields)


def _is_union(branches: list[Any]) -> bool:
    kinds = [_kind(one) for one in branches]
    return bool(kinds) and "union" not in kinds and len(kinds) == len(set(kinds))


def _kind(schema: Any) -> str:
    if isinstance(schema, list):
        return "union"
    return schema if isinstance(schema, str) else str(schema.get("name", schema["type"]))


def _values(schema: Any, named: dict[str, Any], within: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(schema, str) and schema in _VALUES:
        yield _VALUES[schema]
        return
    if isinstance(schema, list):
        for branch in schema:
            yield from ((_kind(branch), one) for one in _values(branch, named, within))
        return
    part = named[schema] if isinstance(schema, str) else schema
    name = part.get("name", "")
    if name and name in within:
        return
    match part["type"]:
        case "array":
            yield []
            yield from ([one] for one in _values(part["items"], named, within))
        case "map":
            yield {}
            yield from ({"key": one} for one in _values(part["values"], named, within))
        case "enum":
            yield from part["symbols"]
        case "fixed":
            yield b"x" * part["size"]
        case "record":
            inner = (*within, name)
            made = {one["name"]: list(_values(one["type"], named, inner)) for one in part["fields"]}
            if not all(made.values()):
                return
            first = {field: found[0] for field, found in made.items()}
            yield first
            for field, found in made.items():
                yield from ({**first, field: one} for one in found[1:])
