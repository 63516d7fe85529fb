"""Can every message of this writer be read by that reader? A proof, an example, or "unknown".

A writer is closed: it sends the fields that its schema names, the optional ones perhaps.
A reader is open: it ignores fields that it does not know, and fills defaults for optional
ones that do not come. (Checkers that hold both to be open call a new optional field a
break, and so forbid the most harmless change there is.) Keeps P7.

The writer's schema is taken apart into parts of one type each; each part must be covered
by the reader's. Where one is not, an example is made and tried against both before anything
is said: a verdict of `Incompatible` always comes with a message that breaks. Where neither
a proof nor an example is found, the answer is `Unknown`, which counts as refused.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from modules.kernel.schemas.examples import (
    array_of,
    example,
    examples,
    object_of,
    values_of,
)
from modules.kernel.schemas.instances import fits
from modules.kernel.schemas.keywords import (
    Definitions,
    Schema,
    Unjudgeable,
    allowed_extra,
    alternatives,
    assertions,
    item_at,
    resolved,
    types_of,
)
from modules.kernel.schemas.limits import (
    most_items,
    numbers_covered,
    said,
    texts_covered,
    types_meet,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compatible:
    """This says that the reader reads all that the writer sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incompatible:
    """This says that the reader refuses something that the writer sends.

    Attributes:
        example: such a message.
        path: where in it the trouble is, for example ``lines[0].sku``; empty for the whole.
        reason: what the reader has against it.
    """

    example: Any
    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """This says that neither a proof nor an example was found, which counts as refused."""

    reason: str


Verdict = Compatible | Incompatible | Unknown


def compatible(writer: Schema, reader: Schema) -> Verdict:
    """This judges whether the reader reads every message of the writer.

    Args:
        writer, reader: whole documents; their ``$defs`` are looked into.
    """
    try:
        doubts = list(_Question(writer, reader).trouble(writer, reader, ""))
    except Unjudgeable as error:
        return Unknown(reason=str(error))
    for doubt in doubts:
        if doubt.proves(writer, reader):
            return Incompatible(
                example=doubt.example, path=doubt.path.lstrip("."), reason=doubt.reason
            )
    if doubts:
        return Unknown(reason=f"{doubts[0].path.lstrip('.') or 'the message'}: {doubts[0].reason}")
    return Compatible()


_NONE = object()


@dataclass(frozen=True, slots=True)
class _Trouble:
    """This is a place that is not covered: with an example, or (`_NONE`) only a doubt."""

    path: str
    reason: str
    example: Any = _NONE

    def proves(self, writer: Schema, reader: Schema) -> bool:
        return (
            self.example is not _NONE
            and fits(writer, self.example, _definitions(writer), closed=True)
            and not fits(reader, self.example, _definitions(reader), closed=False)
        )


class _Question:
    def __init__(self, writer: Schema, reader: Schema) -> None:
        self.sent = _definitions(writer)
        self.read = _definitions(reader)
        self.asked: set[tuple[str, str]] = set()

    def trouble(self, writer: Schema, reader: Schema, path: str) -> Iterator[_Trouble]:
        """This gives what of the writer's schema the reader's does not cover."""
        key = (json.dumps(writer, sort_keys=True), json.dumps(reader, sort_keys=True))
        # Asked again inside itself, by a type that contains itself: it holds if the rest does.
        if key in self.asked:
            return
        self.asked.add(key)
        try:
            for part, _ in alternatives(writer, self.sent):
                yield from self._part(part, reader, path)
        finally:
            self.asked.discard(key)

    def _part(self, part: Mapping[str, Any], reader: Schema, path: str) -> Iterator[_Trouble]:
        reader = resolved(reader, self.read)
        wanted = {} if reader is True else {"enum": []} if reader is False else assertions(reader)
        if not wanted:
            return
        values = values_of(part, self.sent)
        if values is not None:
            for value in values:
                if not fits(wanted, value, self.read, closed=False):
                    yield _Trouble(path, f"{json.dumps(value)} is not {said(wanted)}", value)
        elif "anyOf" in wanted:
            yield from self._any_of(part, wanted, path)
        elif "enum" in wanted or "const" in wanted:
            yield self._found(part, wanted, path, f"it must be {said(wanted)}")
        elif not types_meet(part["type"], types_of(wanted)):
            yield self._found(part, wanted, path, f"{part['type']} is not {said(wanted)}")
        else:
            yield from self._within_type(part, wanted, path)

    def _any_of(
        self, part: Mapping[str, Any], wanted: Mapping[str, Any], path: str
    ) -> Iterator[_Trouble]:
        tried = [list(self._part(part, one, path)) for one in wanted["anyOf"]]
        if not all(tried):
            return
        found = [
            trouble
            for troubles in tried
            for trouble in troubles
            if trouble.example is not _NONE
            and not fits(wanted, trouble.example, self.read, closed=False)
        ]
        # The longest way into an alternative is the one that was meant.
        deepest = max(found, key=lambda trouble: len(trouble.path), default=None)
        if deepest is None or deepest.path == path:
            deepest = self._found(part, wanted, path, f"it must be {said(wanted)}")
        yield deepest

    def _within_type(
        self, part: Mapping[str, Any], wanted: Mapping[str, Any], path: str
    ) -> Iterator[_Trouble]:
        match part["type"]:
            case "integer" | "number":
                if not numbers_covered(part, wanted):
                    yield self._found(part, wanted, path, f"it must be {said(wanted)}")
            case "string":
                if not texts_covered(part, wanted):
                    yield self._found(part, wanted, path, f"it must be {said(wanted)}")
            case "array":
                yield from self._array(part, wanted, path)
            case "object":
                yield from self._object(part, wanted, path)

    def _array(
        self, part: Mapping[str, Any], wanted: Mapping[str, Any], path: str
    ) -> Iterator[_Trouble]:
        shortest, longest = part.get("minItems", 0), most_items(part)
        if shortest > longest:
            return
        least, most = wanted.get("minItems", 0), most_items(wanted)
        if shortest < least:
            yield self._array_of(part, shortest, path, f"at least {least} items are needed")
        if longest > most:
            yield self._array_of(part, int(most) + 1, path, f"at most {int(most)} items are read")
        if wanted.get("uniqueItems") and not part.get("uniqueItems") and longest > 1:
            first = [*islice(examples(item_at(part, 0), self.sent), 1)] * max(2, shortest)
            yield _Trouble(path, "no item may come twice", first)
        distinct = max(len(one.get("prefixItems", ())) for one in (part, wanted)) + 1
        for index in range(int(min(distinct, longest, most))):
            place = f"{path}[{index}]"
            for trouble in self.trouble(item_at(part, index), item_at(wanted, index), place):
                yield self._inside_array(part, max(shortest, index + 1), index, trouble)

    def _object(
        self, part: Mapping[str, Any], wanted: Mapping[str, Any], path: str
    ) -> Iterator[_Trouble]:
        sent, read = part.get("properties", {}), wanted.get("properties", {})
        always = set(part.get("required", ()))
        for name in wanted.get("required", ()):
            if name not in always:
                how = "may be missing" if name in sent else "is never sent"
                yield self._object_of(part, f"{path}.{name}", f"it is required and {how}", {})
        yield from self._count(part, wanted, path)
        rest, others = allowed_extra(part, closed=True), allowed_extra(wanted, closed=False)
        names = wanted.get("propertyNames", True)
        for name, schema in sent.items():
            yield from self._field(part, schema, read.get(name, others), f"{path}.{name}", name)
            if not fits(names, name, self.read, closed=False):
                reason = "no field may be called this"
                given = {name: example(schema, self.sent)}
                yield self._object_of(part, f"{path}.{name}", reason, given)
        if rest is False:
            return
        keys = part.get("propertyNames", {"type": "string"})
        for trouble in self.trouble(keys, names, path):
            given = {} if trouble.example is _NONE else {trouble.example: example(rest, self.sent)}
            yield self._object_of(part, path, f"a key of it: {trouble.reason}", given)
        for name, schema in read.items():
            if name not in sent and fits(keys, name, self.sent, closed=True):
                yield from self._field(part, rest, schema, f"{path}.{name}", name)
        free = (key for key in examples(keys, self.sent) if key not in sent and key not in read)
        if (key := next(free, None)) is not None:
            yield from self._field(part, rest, others, f"{path}[{key!r}]", key)
        elif others is not True:
            yield _Trouble(path, "no key was found to try")

    def _field(
        self, part: Mapping[str, Any], schema: Schema, target: Schema, path: str, name: str
    ) -> Iterator[_Trouble]:
        for trouble in self.trouble(schema, target, path):
            given = {} if trouble.example is _NONE else {name: trouble.example}
            made = self._object_of(part, trouble.path, trouble.reason, given)
            yield made if given else _Trouble(trouble.path, trouble.reason)

    def _count(
        self, part: Mapping[str, Any], wanted: Mapping[str, Any], path: str
    ) -> Iterator[_Trouble]:
        fewest = max(len(part.get("required", ())), part.get("minProperties", 0))
        named = len(part.get("properties", {}))
        open_ended = allowed_extra(part, closed=True) is not False
        most = min(part.get("maxProperties", math.inf), math.inf if open_ended else named)
        if fewest < wanted.get("minProperties", 0) or most > wanted.get("maxProperties", math.inf):
            yield self._found(part, wanted, path, "it has too few or too many fields")

    def _found(
        self, part: Mapping[str, Any], wanted: Mapping[str, Any], path: str, reason: str
    ) -> _Trouble:
        """This looks for an example among values near the reader's limits."""
        near = {key: value for key, value in wanted.items() if key != "anyOf"}
        for value in islice(examples(part, self.sent, near=near), 400):
            if not fits(wanted, value, self.read, closed=False):
                return _Trouble(path, reason, value)
        return _Trouble(path, f"{reason}, and no example was found")

    def _array_of(self, part: Mapping[str, Any], length: int, path: str, reason: str) -> _Trouble:
        try:
            return _Trouble(path, reason, array_of(part, length, self.sent))
        except Unjudgeable as error:
            return _Trouble(path, f"{reason}; {error}")

    def _inside_array(
        self, part: Mapping[str, Any], length: int, index: int, trouble: _Trouble
    ) -> _Trouble:
        if trouble.example is _NONE:
            return trouble
        try:
            made = array_of(part, length, self.sent, at={index: trouble.example})
        except Unjudgeable as error:
            return _Trouble(trouble.path, f"{trouble.reason}; {error}")
        return _Trouble(trouble.path, trouble.reason, made)

    def _object_of(
        self, part: Mapping[str, Any], path: str, reason: str, given: Mapping[str, Any]
    ) -> _Trouble:
        try:
            return _Trouble(path, reason, object_of(part, self.sent, given=given))
        except Unjudgeable as error:
            return _Trouble(path, f"{reason}; {error}")


def _definitions(document: Schema) -> Definitions:
    return {} if isinstance(document, bool) else document.get("$defs", {})
