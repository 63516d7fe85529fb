"""Examples of what a writer may send: small, and near the limits where a reader might refuse.

Only candidates: whoever takes one asks `modules.kernel.schemas.instances` about it first.
"""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any

from modules.kernel.schemas.instances import fits, same
from modules.kernel.schemas.keywords import (
    Definitions,
    Schema,
    Unjudgeable,
    allowed_extra,
    alternatives,
    item_at,
)

_LONGEST = 1_000
_TEXTS = ("text", "", "a", "A", "AAA", "ab12", "0", "1", "-1", "1.5", "~", "é", "a b", "T=")
_OF_FORMATS = (
    "2001-02-03",
    "2001-02-03T04:05:06Z",
    "04:05:06Z",
    "04:05:06",
    "P1D",
    "00000000-0000-7000-8000-000000000000",
)
_NUMBERS = (1, 0, -1, 0.5, -0.5, 2, 3, 100)


def examples(
    schema: Schema,
    definitions: Definitions,
    *,
    near: Mapping[str, Any] | None = None,
    within: frozenset[str] = frozenset(),
) -> Iterator[Any]:
    """This gives values that a writer of the schema may send, the smallest first.

    Args:
        near: assertions of a reader, whose limits are tried.
        within: references already followed; see `alternatives`.
    """
    for part, followed in alternatives(schema, definitions, within):
        for value in _candidates(part, definitions, near or {}, followed):
            # Inside a cycle the outer references stand for values that are not made yet.
            if fits(part, value, definitions, closed=True):
                yield value


def example(schema: Schema, definitions: Definitions, within: frozenset[str] = frozenset()) -> Any:
    """This gives one value that a writer of the schema may send.

    Raises:
        Unjudgeable: none was found.
    """
    for value in examples(schema, definitions, within=within):
        return value
    raise Unjudgeable("no example of what the writer sends was found")


def values_of(part: Mapping[str, Any], definitions: Definitions) -> list[Any] | None:
    """This gives all values that there are of a part of a schema, or None for too many."""
    if "enum" in part or "const" in part:
        values = part.get("enum", [part.get("const")])
    elif part["type"] == "null":
        values = [None]
    elif part["type"] == "boolean":
        values = [False, True]
    elif part["type"] == "integer":
        lowest, highest = whole_limits(part)
        if not highest - lowest < 64:
            return None
        values = list(range(int(lowest), int(highest) + 1))
    else:
        return None
    return [value for value in values if fits(part, value, definitions, closed=True)]


def whole_limits(part: Mapping[str, Any]) -> tuple[float, float]:
    """This gives the smallest and the greatest whole number that a schema allows."""
    lowest, highest = part.get("minimum", -math.inf), part.get("maximum", math.inf)
    if "exclusiveMinimum" in part:
        lowest = max(lowest, math.floor(part["exclusiveMinimum"]) + 1)
    if "exclusiveMaximum" in part:
        highest = min(highest, math.ceil(part["exclusiveMaximum"]) - 1)
    return (
        lowest if math.isinf(lowest) else math.ceil(lowest),
        highest if math.isinf(highest) else math.floor(highest),
    )


def array_of(
    part: Mapping[str, Any],
    length: int,
    definitions: Definitions,
    *,
    at: Mapping[int, Any] | None = None,
    within: frozenset[str] = frozenset(),
) -> list[Any]:
    """This makes an array of a length, with the given values in their places."""
    if length > _LONGEST:
        raise Unjudgeable(f"no example is made with {length} items")
    made: list[Any] = []
    for index in range(length):
        if at and index in at:
            made.append(at[index])
            continue
        taken = [*made, *(at or {}).values()] if part.get("uniqueItems") else []
        choices = examples(item_at(part, index), definitions, within=within)
        fresh = (v for v in choices if not any(same(v, one) for one in taken))
        try:
            made.append(next(fresh))
        except StopIteration:
            raise Unjudgeable("no example of an item was found") from None
    return made


def object_of(
    part: Mapping[str, Any],
    definitions: Definitions,
    *,
    given: Mapping[str, Any] | None = None,
    within: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """This makes an object with its required fields and the given ones."""
    properties = part.get("properties", {})
    extra = allowed_extra(part, closed=True)
    made = {
        name: example(properties.get(name, extra), definitions, within)
        for name in part.get("required", ())
        if name not in (given or {})
    }
    return made | dict(given or {})


def _candidates(
    part: Mapping[str, Any],
    definitions: Definitions,
    near: Mapping[str, Any],
    within: frozenset[str],
) -> Iterator[Any]:
    values = values_of(part, definitions)
    if values is not None:
        yield from values
        return
    match part["type"]:
        case "integer" | "number":
            yield from _numbers(part, near)
        case "string":
            yield from _texts(part, near)
        case "array":
            yield from _arrays(part, definitions, near, within)
        case "object":
            yield from _objects(part, definitions, near, within)


def _numbers(part: Mapping[str, Any], near: Mapping[str, Any]) -> Iterator[float]:
    limits = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
    stated = _stated(part, near, *limits)
    wanted = [*_NUMBERS, *(s + step for s in stated for step in (0, 1, -1, 0.5, -0.5))]
    wanted += [(one + other) / 2 for one in stated for other in stated]
    if part["type"] == "integer":
        wanted += [round(one) for one in wanted]
    if "multipleOf" in part:
        unit = Fraction(part["multipleOf"])
        exact = [math.floor(Fraction(one) / unit) * unit for one in wanted]
        wanted = [float(e) if e.denominator > 1 else int(e) for e in exact]
    yield from wanted


def _texts(part: Mapping[str, Any], near: Mapping[str, Any]) -> Iterator[str]:
    yield from (*_TEXTS, *_OF_FORMATS)
    stated = [
        one[limit] for one in (part, near) for limit in ("minLength", "maxLength") if limit in one
    ]
    for length in sorted({n + step for n in stated for step in (-1, 0, 1)}):
        if 0 <= length <= _LONGEST:
            yield from (letter * length for letter in ("a", "A", "0"))
    yield from (str(number) for number in range(64))


def _arrays(
    part: Mapping[str, Any],
    definitions: Definitions,
    near: Mapping[str, Any],
    within: frozenset[str],
) -> Iterator[list[Any]]:
    shortest = part.get("minItems", 0)
    stated = {
        one[limit] for one in (part, near) for limit in ("minItems", "maxItems") if limit in one
    }
    lengths = {
        shortest,
        shortest + 1,
        shortest + 2,
        *(n + step for n in stated for step in (-1, 1)),
    }
    for length in sorted(lengths):
        if length >= shortest:
            try:
                yield array_of(part, length, definitions, within=within)
            except Unjudgeable:
                return
    for item in islice(examples(item_at(part, 0), definitions, within=within), 64):
        yield array_of(part, max(1, shortest), definitions, at={0: item}, within=within)


def _objects(
    part: Mapping[str, Any],
    definitions: Definitions,
    near: Mapping[str, Any],
    within: frozenset[str],
) -> Iterator[dict[str, Any]]:
    try:
        yield object_of(part, definitions, within=within)
    except Unjudgeable:
        return
    grown: dict[str, Any] = {}
    for name, schema in part.get("properties", {}).items():
        for value in islice(examples(schema, definitions, within=within), 64):
            grown.setdefault(name, value)
            yield object_of(part, definitions, given={name: value}, within=within)
    yield object_of(part, definitions, given=grown, within=within)
    extra = allowed_extra(part, closed=True)
    if extra is not False:
        wanted = max(near.get("maxProperties", 0) + 1, part.get("minProperties", 0), 3)
        keys = examples(part.get("propertyNames", {"type": "string"}), definitions)
        for key in islice(keys, min(wanted, _LONGEST)):
            for value in islice(examples(extra, definitions, within=within), 1):
                grown.setdefault(key, value)
            yield object_of(part, definitions, given=grown, within=within)


def _stated(part: Mapping[str, Any], near: Mapping[str, Any], *limits: str) -> list[Any]:
    return [one[limit] for one in (part, near) for limit in limits if limit in one]
