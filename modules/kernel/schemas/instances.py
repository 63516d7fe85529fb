"""Does a JSON value fit a schema? Asked as a writer, who adds nothing, or as a reader.

The checker trusts no argument of its own: an example is shown only after this has said
that the writer may send it and the reader refuses it.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

import msgspec

from modules.kernel.schemas.keywords import (
    Definitions,
    Schema,
    Unjudgeable,
    allowed_extra,
    assertions,
    item_at,
    types_of,
)
from modules.kernel.schemas.keywords import resolved as followed

#: What a format means is what the decoder of messages makes of it.
_FORMATS: dict[str, Any] = {
    "date": date,
    "date-time": Annotated[datetime, msgspec.Meta(tz=True)],
    "time": Annotated[time, msgspec.Meta(tz=True)],
    "partial-time": Annotated[time, msgspec.Meta(tz=False)],
    "duration": timedelta,
    "uuid": UUID,
    "decimal": Decimal,
    "base64": bytes,
}


def fits(schema: Schema, value: Any, definitions: Definitions, *, closed: bool) -> bool:
    """This says whether the value is allowed.

    Args:
        closed: as a writer means the schema: fields that it does not name are not sent.

    Raises:
        Unjudgeable: the schema says something that is not understood.
    """
    schema = followed(schema, definitions)
    if isinstance(schema, bool):
        return schema
    asserted = assertions(schema)
    if "anyOf" in asserted:
        return any(fits(one, value, definitions, closed=closed) for one in asserted["anyOf"])
    listed = asserted.get("enum", [asserted["const"]] if "const" in asserted else None)
    if listed is not None and not any(same(value, one) for one in listed):
        return False
    if "type" in asserted and not any(_is_of(kind, value) for kind in types_of(asserted)):
        return False
    match value:
        case bool() | None:
            return True
        case int() | float():
            return _number_fits(asserted, value)
        case str():
            return _text_fits(asserted, value)
        case list():
            return _array_fits(asserted, value, definitions, closed=closed)
        case dict():
            return _object_fits(asserted, value, definitions, closed=closed)
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def same(one: Any, other: Any) -> bool:
    """This compares as JSON does: 1 is 1.0 and is not true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def _is_of(kind: str, value: Any) -> bool:
    match kind:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return number and value == int(value)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
    raise Unjudgeable(f"{kind!r} is not a type")


def _number_fits(asserted: Mapping[str, Any], value: float) -> bool:
    multiple = asserted.get("multipleOf")
    return (
        value >= asserted.get("minimum", value)
        and value <= asserted.get("maximum", value)
        and ("exclusiveMinimum" not in asserted or value > asserted["exclusiveMinimum"])
        and ("exclusiveMaximum" not in asserted or value < asserted["exclusiveMaximum"])
        and (multiple is None or (Fraction(value) / Fraction(multiple)).denominator == 1)
    )


def _text_fits(asserted: Mapping[str, Any], value: str) -> bool:
    if not asserted.get("minLength", 0) <= len(value) <= asserted.get("maxLength", len(value)):
        return False
    if "pattern" in asserted and not re.search(asserted["pattern"], value):
        return False
    return all(
        _decodes(asserted[keyword], value)
        for keyword in ("format", "contentEncoding")
        if keyword in asserted
    )


def _decodes(name: str, value: str) -> bool:
    if name not in _FORMATS:
        raise Unjudgeable(f"the format {name!r} is not among those that are judged")
    try:
        msgspec.convert(value, _FORMATS[name])
    except msgspec.ValidationError:
        return False
    return True


def _array_fits(
    asserted: Mapping[str, Any], value: list[Any], definitions: Definitions, *, closed: bool
) -> bool:
    if not asserted.get("minItems", 0) <= len(value) <= asserted.get("maxItems", len(value)):
        return False
    if asserted.get("uniqueItems") and any(
        same(one, other) for i, one in enumerate(value) for other in value[:i]
    ):
        return False
    return all(
        fits(item_at(asserted, index), item, definitions, closed=closed)
        for index, item in enumerate(value)
    )


def _object_fits(
    asserted: Mapping[str, Any], value: dict[str, Any], definitions: Definitions, *, closed: bool
) -> bool:
    count = len(value)
    if not asserted.get("minProperties", 0) <= count <= asserted.get("maxProperties", count):
        return False
    if not value.keys() >= set(asserted.get("required", ())):
        return False
    properties = asserted.get("properties", {})
    extra = allowed_extra(asserted, closed=closed)
    names = asserted.get("propertyNames", True)
    return all(
        fits(names, key, definitions, closed=closed)
        and fits(properties.get(key, extra), item, definitions, closed=closed)
        for key, item in value.items()
    )
