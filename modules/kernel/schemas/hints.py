"""What a change of fields looks like it was meant to be: a rename, another unit, another type.

Only words for a person, beside a verdict that stands without them.
"""

import difflib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from modules.kernel.schemas.keywords import Schema

_UNITS = {
    *("minor", "major", "cents", "percent", "ratio", "rate"),
    *("ns", "us", "ms", "millis", "seconds", "minutes", "hours", "days", "weeks"),
    *("mg", "grams", "g", "kg", "mm", "cm", "metres", "meters", "km"),
    *("bytes", "kb", "mb", "gb", "kib", "mib", "gib"),
}
_ALIKE = 0.6


def hint(old: Schema, new: Schema, field: str) -> str:
    """This gives a sentence about a field, or nothing.

    Args:
        old, new: documents before and after.
        field: name of a field that is there in one of the two, or in both.
    """
    for before, after in _objects_of_both(old, new):
        if field in before and field in after:
            if before[field] != after[field]:
                return (
                    f"{field} is {_shape(before[field])} before and {_shape(after[field])} after: "
                    "a field with another meaning needs another name, beside this one"
                )
        elif field in before or field in after:
            gone = [field] if field in before else sorted(before.keys() - after.keys())
            come = [field] if field in after else sorted(after.keys() - before.keys())
            for one, other in itertools.product(gone, come):
                if said := _pair(one, other, before[one], after[other]):
                    return said
    return ""


def _pair(gone: str, come: str, before: Any, after: Any) -> str:
    old, new = gone.split("_"), come.split("_")
    stem_of_old = [word for word in old if word not in _UNITS]
    stem_of_new = [word for word in new if word not in _UNITS]
    if stem_of_old and stem_of_old == stem_of_new:
        return f"this looks like another unit: {gone} is gone and {come} has come"
    alike = difflib.SequenceMatcher(a=gone, b=come).ratio() >= _ALIKE
    if alike or ({*stem_of_old} & {*stem_of_new} and _shape(before) == _shape(after)):
        return (
            f"this looks like a rename: {gone} is gone and {come} has come; to a reader that "
            "is one field lost and another that it does not know"
        )
    return ""


def _objects_of_both(
    old: Schema, new: Schema
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    if isinstance(old, bool) or isinstance(new, bool):
        return
    yield old.get("properties", {}), new.get("properties", {})
    of_old, of_new = old.get("$defs", {}), new.get("$defs", {})
    for name in sorted(of_old.keys() & of_new.keys()):
        yield of_old[name].get("properties", {}), of_new[name].get("properties", {})


def _shape(schema: Any) -> str:
    judged = {key: value for key, value in schema.items() if key not in {"description", "title"}}
    judged.pop("default", None)
    if judged.keys() == {"type"}:
        return str(judged["type"])
    return re.sub(r'["{}]', "", json.dumps(judged, sort_keys=True))
