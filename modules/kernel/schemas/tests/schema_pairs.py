"""Random schemas of the kind that contracts have, pairs of them, and their instances.

Nothing here uses the checker: instances of scalars are those of hypothesis-jsonschema, and
of the rest what the definition of a closed writer says.
"""

import copy
import json
from functools import cache
from typing import Any

from hypothesis import strategies as st
from hypothesis_jsonschema import from_schema

_FIELDS = ("a", "b", "c", "d_ms")
_NODE = {
    "type": "object",
    "properties": {
        "value": {"type": "integer"},
        "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
    },
    "required": ["value"],
}
_FORMATS = {
    "decimal": st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    "uuid": st.uuids().map(str),
}


def _maybe(key: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(st.just({}), values.map(lambda value: {key: value}))


def _merged(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda made: {k: v for part in made for k, v in part.items()})


_numbers = _merged(
    st.sampled_from(["integer", "number"]).map(lambda kind: {"type": kind}),
    st.one_of(
        _maybe("minimum", st.integers(-3, 0)), _maybe("exclusiveMinimum", st.integers(-3, 0))
    ),
    st.one_of(_maybe("maximum", st.integers(2, 5)), _maybe("exclusiveMaximum", st.integers(3, 90))),
    _maybe("multipleOf", st.sampled_from([1, 2])),
)
_texts = st.one_of(
    _merged(
        st.just({"type": "string"}),
        _maybe("minLength", st.integers(0, 2)),
        _maybe("maxLength", st.integers(2, 4)),
    ),
    st.sampled_from(["^a", "^[A-Z]{3}$"]).map(lambda p: {"type": "string", "pattern": p}),
    st.sampled_from(["date", "uuid", "decimal"]).map(lambda f: {"type": "string", "format": f}),
)
_listed = st.lists(
    st.sampled_from(["a", "b", "AAA", 1, 2, None, True]), min_size=1, max_size=4, unique_by=repr
).map(lambda values: {"enum": values})
_scalars = st.one_of(
    _numbers, _texts, _listed, st.sampled_from(["boolean", "null"]).map(lambda kind: {"type": kind})
)


def _composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    objects = st.dictionaries(st.sampled_from(_FIELDS), inner, min_size=1, max_size=3).flatmap(
        lambda properties: st.lists(st.sampled_from(sorted(properties)), unique=True).map(
            lambda names: {"type": "object", "properties": properties, "required": sorted(names)}
        )
    )
    maps = _merged(
        inner.map(lambda values: {"type": "object", "additionalProperties": values}),
        _maybe("maxProperties", st.integers(1, 3)),
    )
    arrays = _merged(
        inner.map(lambda items: {"type": "array", "items": items}),
        _maybe("minItems", st.integers(0, 2)),
        _maybe("maxItems", st.integers(2, 3)),
    )
    tuples = st.lists(inner, min_size=1, max_size=2).map(
        lambda items: {
            "type": "array",
            "prefixItems": items,
            "items": False,
            "minItems": len(items),
            "maxItems": len(items),
        }
    )
    unions = st.lists(inner, min_size=2, max_size=3).map(lambda options: {"anyOf": options})
    return st.one_of(objects, objects, maps, arrays, tuples, unions)


schemas = st.recursive(
    st.one_of(_scalars, _scalars, st.just({"$ref": "#/$defs/Node"})), _composed, max_leaves=5
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """This gives a writer and a reader; most often the one is the other, a little changed."""
    # Of the same kind more often than chance would have it: limits meet only there.
    kind = draw(st.sampled_from([schemas, schemas, schemas, _numbers, _texts]))
    writer = draw(kind)
    alike = kind is schemas and draw(st.integers(0, 5)) > 0
    reader = copy.deepcopy(writer) if alike else draw(kind)
    for _ in range(draw(st.integers(0, 2))):
        reader = draw(_changed(reader))
    if draw(st.booleans()):
        writer, reader = reader, writer
    nodes = [_NODE, draw(_changed(copy.deepcopy(_NODE))) if draw(st.booleans()) else _NODE]
    return tuple(
        {**schema, "$defs": {"Node": node}}
        for schema, node in zip((writer, reader), nodes, strict=True)
    )  # type: ignore[return-value]  # two of them


@st.composite
def _changed(draw: st.DrawFn, schema: dict[str, Any]) -> dict[str, Any]:
    """This changes one place of a schema."""
    kind = draw(st.integers(0, 9))
    if schema.get("properties") and kind < 8:
        name = draw(st.sampled_from(sorted(schema["properties"])))
        if kind == 0:
            del schema["properties"][name]
            schema["required"] = [one for one in schema["required"] if one != name]
        elif kind == 1:
            schema["properties"][draw(st.sampled_from(_FIELDS))] = draw(_scalars)
        elif kind == 2:
            schema["required"] = sorted({*schema["required"]} ^ {name})
        else:
            schema["properties"][name] = draw(_changed(schema["properties"][name]))
        return schema
    if "anyOf" in schema and kind < 8:
        at = draw(st.integers(0, len(schema["anyOf"]) - 1))
        if kind < 2:
            schema["anyOf"].append({"type": "null"})
        elif kind < 4 and len(schema["anyOf"]) > 1:
            del schema["anyOf"][at]
        else:
            schema["anyOf"][at] = draw(_changed(schema["anyOf"][at]))
        return schema
    if isinstance(schema.get("items"), dict) and kind < 6:
        return {**schema, "items": draw(_changed(schema["items"]))}
    if "enum" in schema and kind < 8:
        return {"enum": [*schema["enum"], "new"] if kind < 4 else schema["enum"][:-1] or ["new"]}
    if kind < 3:
        return {"anyOf": [schema, {"type": "null"}]}
    removable = sorted(schema.keys() - {"type", "enum", "$ref", "anyOf", "prefixItems", "items"})
    if removable and kind < 7:
        del schema[draw(st.sampled_from(removable))]
        return schema
    return draw(_scalars)


def closed(schema: Any) -> Any:
    """This says to a validator what a writer means: fields that are not named are not sent."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        made.setdefault("additionalProperties", False)
    return made


def instances(schema: Any, definitions: dict[str, Any]) -> st.SearchStrategy[Any]:
    """This gives what a closed writer of the schema may send."""
    if "$ref" in schema:
        target = definitions[schema["$ref"].rpartition("/")[2]]
        return st.deferred(lambda: instances(target, definitions))
    if "anyOf" in schema:
        return st.one_of([instances(one, definitions) for one in schema["anyOf"]])
    if schema.get("type") == "array":
        return _arrays(schema, definitions)
    if schema.get("type") == "object" and "properties" in schema:
        fields = {k: instances(v, definitions) for k, v in schema["properties"].items()}
        return st.fixed_dictionaries(
            {name: values for name, values in fields.items() if name in schema["required"]},
            optional={k: values for k, values in fields.items() if k not in schema["required"]},
        )
    if schema.get("type") == "object":
        keys = st.one_of(st.sampled_from(_FIELDS), st.text(max_size=2))
        values = instances(schema.get("additionalProperties", {"type": "null"}), definitions)
        return st.dictionaries(keys, values, max_size=schema.get("maxProperties", 3))
    return _scalar_instances(json.dumps(schema, sort_keys=True))


def _arrays(schema: Any, definitions: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "prefixItems" in schema:
        return st.tuples(*(instances(one, definitions) for one in schema["prefixItems"])).map(list)
    items = instances(schema.get("items", {"type": "null"}), definitions)
    return st.lists(items, min_size=schema.get("minItems", 0), max_size=schema.get("maxItems", 3))


@cache
def _scalar_instances(schema: str) -> st.SearchStrategy[Any]:
    return from_schema(json.loads(schema), custom_formats=_FORMATS)
