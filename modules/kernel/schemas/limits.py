"""The limits within one type: does what a writer allows itself stay within a reader's?"""

import json
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from modules.kernel.schemas.examples import whole_limits
from modules.kernel.schemas.keywords import types_of

_WORDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "at least {} long",
    "maxLength": "at most {} long",
    "pattern": "of the pattern {}",
    "format": "in the format {}",
    "contentEncoding": "in {}",
}


def types_meet(kind: str, wanted: tuple[str, ...]) -> bool:
    """This says whether values of the type are of one of the wanted types."""
    return kind in wanted or (kind == "integer" and "number" in wanted)


def numbers_covered(part: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """This says whether all numbers that are sent are surely within the reader's limits."""
    (low, low_is_out), (high, high_is_out) = _range(part)
    (least, least_is_out), (most, most_is_out) = _range(wanted)
    above = low > least or (low == least and (low_is_out or not least_is_out))
    below = high < most or (high == most and (high_is_out or not most_is_out))
    unit = 1 if part["type"] == "integer" else 0
    step = Fraction(part.get("multipleOf", unit))
    asked = Fraction(wanted.get("multipleOf", 0))
    in_step = not asked or (step > 0 and (step / asked).denominator == 1)
    return above and below and in_step


def texts_covered(part: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """This says whether all texts that are sent are surely within the reader's limits."""
    return (
        part.get("minLength", 0) >= wanted.get("minLength", 0)
        and part.get("maxLength", math.inf) <= wanted.get("maxLength", math.inf)
        and all(
            wanted[keyword] == part.get(keyword)
            for keyword in ("pattern", "format", "contentEncoding")
            if keyword in wanted
        )
    )


def most_items(schema: Mapping[str, Any]) -> float:
    """This gives how many items an array may have, infinity for any number."""
    most: float = schema.get("maxItems", math.inf)
    if schema.get("items") is False:
        most = min(most, len(schema.get("prefixItems", ())))
    return most


def said(wanted: Mapping[str, Any]) -> str:
    """This says in words what a reader wants."""
    if "anyOf" in wanted:
        return " or ".join(said(one) for one in wanted["anyOf"])
    if "$ref" in wanted:
        return f"a {wanted['$ref'].rpartition('/')[2]}"
    if "const" in wanted:
        return json.dumps(wanted["const"])
    if "enum" in wanted:
        listed = ", ".join(json.dumps(value) for value in wanted["enum"])
        return f"one of {listed}" if listed else "allowed at all"
    limits = [words.format(wanted[key]) for key, words in _WORDS.items() if key in wanted]
    return ", ".join([" or ".join(types_of(wanted)), *limits])


def _range(schema: Mapping[str, Any]) -> tuple[tuple[float, bool], tuple[float, bool]]:
    """This gives both ends, each with whether it is itself outside."""
    if schema["type"] == "integer":
        lowest, highest = whole_limits(schema)
        return (lowest, False), (highest, False)
    return (
        max(
            (schema.get("minimum", -math.inf), False),
            (schema.get("exclusiveMinimum", -math.inf), "exclusiveMinimum" in schema),
        ),
        min(
            (schema.get("maximum", math.inf), False),
            (schema.get("exclusiveMaximum", math.inf), "exclusiveMaximum" in schema),
            key=lambda end: (end[0], not end[1]),
        ),
    )
