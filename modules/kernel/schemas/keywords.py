"""Which JSON Schema keywords are judged: those that contracts are generated with, and no others.

A keyword that is not in these lists could forbid anything; a schema that has one is not
judged at all, which counts as refused. Source: JSON Schema 2020-12, validation vocabulary.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

#: A JSON Schema: an object, or True (anything) or False (nothing).
Schema: TypeAlias = Mapping[str, Any] | bool
Definitions: TypeAlias = Mapping[str, Schema]

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")

_ANNOTATIONS = {
    "$comment",
    "$defs",
    "$schema",
    "default",
    "description",
    # It only repeats which alternative is which; their own tags say the same and are judged.
    "discriminator",
    "title",
}
_ALTERNATIVES = {"$ref", "anyOf", "enum", "const"}
_OF_ONE_TYPE = {
    "additionalProperties",
    "contentEncoding",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
    "maximum",
    "maxItems",
    "maxLength",
    "maxProperties",
    "minimum",
    "minItems",
    "minLength",
    "minProperties",
    "multipleOf",
    "pattern",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
    "type",
    "uniqueItems",
}
_PREFIX = "#/$defs/"


class Unjudgeable(Exception):
    """This says why nothing certain can be said about a schema."""


def assertions(schema: Mapping[str, Any]) -> dict[str, Any]:
    """This gives the keywords of a schema that allow or forbid something.

    Raises:
        Unjudgeable: there is a keyword that is not known.
    """
    asserted = {k: v for k, v in schema.items() if k not in _ANNOTATIONS and k[:2] != "x-"}
    if unknown := sorted(asserted.keys() - _ALTERNATIVES - _OF_ONE_TYPE):
        raise Unjudgeable(f"the keyword {unknown[0]!r} is not among those that are judged")
    if len(asserted) > 1 and not asserted.keys().isdisjoint({"$ref", "anyOf"}):
        raise Unjudgeable(f"{' and '.join(sorted(asserted))} together are not judged")
    if asserted and asserted.keys().isdisjoint({*_ALTERNATIVES, "type"}):
        raise Unjudgeable(f"{sorted(asserted)[0]!r} without a type is not judged")
    return asserted


def resolved(schema: Schema, definitions: Definitions) -> Schema:
    """This follows references to the schema they stand for.

    Raises:
        Unjudgeable: a reference leads nowhere, in a circle, or out of the document.
    """
    for _ in range(len(definitions) + 2):
        if isinstance(schema, bool) or "$ref" not in assertions(schema):
            return schema
        reference: str = schema["$ref"]
        if not reference.startswith(_PREFIX) or reference[len(_PREFIX) :] not in definitions:
            raise Unjudgeable(f"{reference} is not a definition of the document")
        schema = definitions[reference[len(_PREFIX) :]]
    raise Unjudgeable("a reference leads in a circle")


def alternatives(
    schema: Schema, definitions: Definitions, within: frozenset[str] = frozenset()
) -> Iterator[tuple[Mapping[str, Any], frozenset[str]]]:
    """This takes a schema apart: each part has one type, or an enumeration.

    Args:
        within: references that lead here and are not followed again: a value that would
            have to contain itself does not exist.

    Gives:
        each part, with the references followed to it.
    """
    if schema is False:
        return
    asserted = {} if schema is True else assertions(schema)
    if "$ref" in asserted:
        if asserted["$ref"] not in within:
            target = resolved(schema, definitions)
            yield from alternatives(target, definitions, within | {asserted["$ref"]})
    elif "anyOf" in asserted:
        for one in asserted["anyOf"]:
            yield from alternatives(one, definitions, within)
    elif "enum" in asserted or "const" in asserted:
        yield asserted, within
    else:
        for kind in types_of(asserted):
            yield asserted | {"type": kind}, within


def types_of(asserted: Mapping[str, Any]) -> tuple[str, ...]:
    """This gives the types that a schema allows, ``integer`` only where ``number`` is not."""
    kinds = asserted.get("type", [kind for kind in TYPES if kind != "integer"])
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


def allowed_extra(schema: Mapping[str, Any], *, closed: bool) -> Schema:
    """This gives what a property may be that an object schema does not name.

    Args:
        closed: as a writer means it: an object with fields has these and no others.
    """
    if "additionalProperties" in schema:
        extra: Schema = schema["additionalProperties"]
        return extra
    return not (closed and "properties" in schema)


def item_at(schema: Mapping[str, Any], index: int) -> Schema:
    """This gives the schema of an array's item."""
    prefix = schema.get("prefixItems", ())
    item: Schema = prefix[index] if index < len(prefix) else schema.get("items", True)
    return item
