"""The checker, keyword by keyword: what a closed writer sends and an open reader reads."""

from typing import Any

import pytest

from modules.kernel.schemas import Compatible, Incompatible, Unknown, compatible
from modules.kernel.schemas.keywords import Schema

INTEGER = {"type": "integer"}
TEXT = {"type": "string"}
NULL = {"type": "null"}


def an_object(required: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(required)}


def tagged(tag: str, **fields: Any) -> dict[str, Any]:
    return an_object(("type", *fields), type={"enum": [tag]}, **fields)


def a_tree(leaf: dict[str, Any]) -> dict[str, Any]:
    node = an_object(
        ("value",), value=leaf, branches={"type": "array", "items": {"$ref": "#/$defs/N"}}
    )
    return {"$ref": "#/$defs/N", "$defs": {"N": node}}


def a_tuple(*items: dict[str, Any]) -> dict[str, Any]:
    size = {"minItems": len(items), "maxItems": len(items)}
    return {"type": "array", "prefixItems": list(items), "items": False, **size}


COMPATIBLE: dict[str, tuple[Schema, Schema]] = {
    "the same": (an_object(("a",), a=INTEGER), an_object(("a",), a=INTEGER)),
    "a field that the reader does not know": (
        an_object(("a", "b"), a=TEXT, b=TEXT),
        an_object(("a",), a=TEXT),
    ),
    "an optional field that never comes": (an_object(), an_object(a=INTEGER)),
    "whole numbers where numbers are read": (INTEGER, {"type": "number"}),
    "stricter bounds": (
        {"type": "integer", "minimum": 2, "maximum": 3},
        {"type": "integer", "exclusiveMinimum": 1},
    ),
    "few whole numbers, all listed": (
        {"type": "integer", "minimum": 1, "maximum": 3},
        {"enum": [1, 2, 3]},
    ),
    "fewer values": ({"enum": ["a"]}, {"enum": ["a", "b"]}),
    "a constant": ({"const": "a"}, {"enum": ["a", "b"]}),
    "null beside": (INTEGER, {"anyOf": [INTEGER, NULL]}),
    "alternatives in another order": ({"anyOf": [NULL, TEXT]}, {"anyOf": [TEXT, NULL]}),
    "one more tagged alternative": (
        {"anyOf": [tagged("A", x=INTEGER)]},
        {"anyOf": [tagged("B", x=TEXT), tagged("A", x=INTEGER)]},
    ),
    "a type that contains itself": (a_tree(INTEGER), a_tree({"type": "number"})),
    "a tuple where a list is read": (
        a_tuple(INTEGER, INTEGER),
        {"type": "array", "items": INTEGER},
    ),
    "a field where a map is read": (
        an_object(("a",), a=TEXT),
        {"type": "object", "additionalProperties": TEXT},
    ),
    "any value where anything is read": (True, {}),
    "the same pattern": ({"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "^a"}),
    "a format where text is read": ({"type": "string", "format": "date-time"}, TEXT),
    "words for people": (
        {"type": "string", "title": "Name"},
        {"type": "string", "description": "of it", "default": ""},
    ),
}

INCOMPATIBLE: dict[str, tuple[Schema, Schema, Any, str]] = {
    "a required field is missing": (an_object(a=TEXT), an_object(("a",), a=TEXT), {}, "a"),
    "a required field is never sent": (
        an_object(("b",), b=TEXT),
        an_object(("a",), a=TEXT),
        {"b": "text"},
        "a",
    ),
    "another type": (an_object(("a",), a=INTEGER), an_object(("a",), a=TEXT), {"a": 1}, "a"),
    "an optional field of another type": (an_object(a=INTEGER), an_object(a=TEXT), {"a": 1}, "a"),
    "numbers where whole ones are read": ({"type": "number"}, INTEGER, 0.5, ""),
    "a bound that is wider": (
        {"type": "integer", "minimum": 0},
        {"type": "integer", "minimum": 1},
        0,
        "",
    ),
    "an open bound": (
        {"type": "number", "minimum": 1},
        {"type": "number", "exclusiveMinimum": 1},
        1,
        "",
    ),
    "not a multiple": (
        {"type": "integer", "multipleOf": 5},
        {"type": "integer", "multipleOf": 10},
        -5,
        "",
    ),
    "a value that is not listed": ({"enum": ["a", "b"]}, {"enum": ["a"]}, "b", ""),
    "text where values are listed": (TEXT, {"enum": ["text"]}, "", ""),
    "null where there was none": ({"anyOf": [TEXT, NULL]}, TEXT, None, ""),
    "a tagged alternative too many": (
        {"anyOf": [tagged("A"), tagged("B")]},
        {"anyOf": [tagged("A"), tagged("C")]},
        {"type": "B"},
        "type",
    ),
    "inside a tagged alternative": (
        {"anyOf": [tagged("A", x=INTEGER), NULL]},
        {"anyOf": [tagged("A", x=TEXT), NULL]},
        {"type": "A", "x": 1},
        "x",
    ),
    "deep in a type that contains itself": (
        a_tree({"type": "number"}),
        a_tree(INTEGER),
        {"value": 0.5},
        "value",
    ),
    "an item of a list": (
        an_object(("l",), l={"type": "array", "items": an_object(("s",), s=TEXT)}),
        an_object(("l",), l={"type": "array", "items": an_object(("s",), s=INTEGER)}),
        {"l": [{"s": "text"}]},
        "l[0].s",
    ),
    "a list that may be empty": (
        {"type": "array", "items": INTEGER},
        {"type": "array", "minItems": 1},
        [],
        "",
    ),
    "a place in a tuple": (a_tuple(INTEGER, TEXT), a_tuple(INTEGER, INTEGER), [1, "text"], "[1]"),
    "a longer tuple": (a_tuple(INTEGER, INTEGER), a_tuple(INTEGER), [1, 1], ""),
    "the same item twice": (
        {"type": "array", "items": INTEGER},
        {"type": "array", "uniqueItems": True},
        [1, 1],
        "",
    ),
    "a value of a map": (
        {"type": "object", "additionalProperties": INTEGER},
        {"type": "object", "additionalProperties": TEXT},
        {"text": 1},
        "['text']",
    ),
    "a map where a field is required": (
        {"type": "object", "additionalProperties": TEXT},
        an_object(("a",), a=TEXT),
        {},
        "a",
    ),
    "a field that is forbidden": (
        an_object(("a",), a=TEXT),
        {**an_object(), "additionalProperties": False},
        {"a": "text"},
        "a",
    ),
    "a format where any text is sent": (TEXT, {"type": "string", "format": "uuid"}, "text", ""),
    "another format": (
        {"type": "string", "format": "date"},
        {"type": "string", "format": "decimal"},
        "2001-02-03",
        "",
    ),
    "a pattern where any text is sent": (
        TEXT,
        {"type": "string", "pattern": "^[A-Z]{3}$"},
        "text",
        "",
    ),
    "a longer text": (
        {"type": "string", "maxLength": 5},
        {"type": "string", "maxLength": 3},
        "text",
        "",
    ),
}


class TestCompatible:
    @pytest.mark.parametrize("case", COMPATIBLE)
    def test_proves(self, case: str) -> None:
        assert compatible(*COMPATIBLE[case]) == Compatible()

    @pytest.mark.parametrize("case", INCOMPATIBLE)
    def test_refutes(self, case: str) -> None:
        writer, reader, example, path = INCOMPATIBLE[case]

        verdict = compatible(writer, reader)

        assert isinstance(verdict, Incompatible), verdict
        assert (verdict.example, verdict.path) == (example, path)

    def test_says_what_the_reader_wants(self) -> None:
        verdict = compatible(INTEGER, {"type": "string", "maxLength": 3, "pattern": "^a"})

        assert isinstance(verdict, Incompatible)
        assert verdict.reason == "integer is not string, at most 3 long, of the pattern ^a"

    def test_does_not_know_a_pattern_that_it_cannot_compare(self) -> None:
        verdict = compatible(
            {"type": "string", "pattern": "^x{3}$"}, {"type": "string", "pattern": "^x+$"}
        )

        assert isinstance(verdict, Unknown)

    def test_does_not_know_a_keyword_that_may_forbid_anything(self) -> None:
        verdict = compatible(TEXT, {"not": TEXT})

        assert verdict == Unknown(reason="the keyword 'not' is not among those that are judged")

    def test_does_not_know_a_reference_that_leads_nowhere(self) -> None:
        assert isinstance(compatible({"$ref": "other.json"}, TEXT), Unknown)

    def test_takes_true_for_no_number(self) -> None:
        assert isinstance(compatible({"enum": [True]}, {"enum": [1]}), Incompatible)
