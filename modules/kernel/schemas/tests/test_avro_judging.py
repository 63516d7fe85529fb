"""The judge of Avro against fastavro, which really writes with the one schema and reads with
the other. QUARRY_ORACLE_PAIRS says how many pairs are tried."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from modules.kernel.schemas.avro import from_avro, to_avro
from modules.kernel.schemas.modes import Mode
from modules.kernel.schemas.registry.judging import complaints
from modules.kernel.schemas.tests.avro_pairs import pairs, values
from modules.kernel.schemas.tests.test_oracle import PAIRS


def judged(writer: Any, reader: Any) -> list[str]:
    return complaints(json.dumps(reader), [json.dumps(writer)], Mode.BACKWARD, avro=True)


def is_read(writer: Any, reader: Any, value: Any) -> bool:
    body = to_avro(writer, value)
    try:
        from_avro(writer, body, reader=reader)
    except Exception:  # whatever a foreign package raises, it has not read it
        return False
    return True


def record(*fields: dict[str, Any], name: str = "R", **more: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields), **more}


def field(kind: Any, name: str = "a", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


COLOUR = {"type": "enum", "name": "Colour", "symbols": ["RED", "BLUE"]}
CODE = {"type": "fixed", "name": "Code", "size": 2}
LINE = record(field("string", "x"), name="Line")
TREE = record(field({"type": "array", "items": "Tree"}), name="Tree")

REFUSED = {
    "long read as int": (field("long"), field("int")),
    "double read as float": (field("double"), field("float")),
    "an enum read as text": (field(COLOUR), field("string")),
    "a fixed read as text": (field(CODE), field("string")),
    "a fixed of another size": (field(CODE), field(CODE | {"size": 3})),
    "a record renamed": (field(LINE), field(LINE | {"name": "Item"})),
    "a record read as a map": (field(LINE), field({"type": "map", "values": "string"})),
    "a symbol that is not read": (field(COLOUR), field(COLOUR | {"symbols": ["RED"]})),
    "a branch that is not read": (field(["null", "string"]), field(["null", "int"])),
    "a field that is not sent": (field("int", "b"), field("int")),
}

READ = {
    "int read as double": (field("int"), field("double")),
    "text read as bytes": (field("string"), field("bytes")),
    "a field with an alias": (field("string"), field("string", "b", aliases=["a"])),
    "a record with an alias": (field(LINE), field(LINE | {"name": "Item", "aliases": ["Line"]})),
    "a symbol with a default": (
        field(COLOUR), field(COLOUR | {"symbols": ["RED"], "default": "RED"}),
    ),
    "a field that has a default": (field("int", "b"), field("int", default=0)),
    "a field that nobody reads": (field(LINE, "b"), field("null", default=None)),
    "one of what may be read": (field("int"), field(["null", "long"])),
    "a type in another namespace": (field(LINE), field(LINE | {"namespace": "shop"})),
    "a type that contains itself": (field(TREE), field(TREE)),
}  # fmt: skip


class TestComplaintsOfAvro:
    @pytest.mark.parametrize("case", REFUSED)
    def test_are_made_where_something_is_not_read(self, case: str) -> None:
        writer, reader = (record(one) for one in REFUSED[case])

        assert judged(writer, reader)
        assert not all(is_read(writer, reader, value) for value in values(writer))

    @pytest.mark.parametrize("case", READ)
    def test_are_not_made_where_all_is_read(self, case: str) -> None:
        writer, reader = (record(one) for one in READ[case])

        assert judged(writer, reader) == []
        assert all(is_read(writer, reader, value) for value in values(writer))

    @pytest.mark.parametrize("kind", [COLOUR, CODE, LINE], ids=lambda kind: str(kind["type"]))
    def test_know_a_type_again_by_its_name(self, kind: dict[str, Any]) -> None:
        writer = record(field(kind), field(kind["name"], "b"))
        reader = record(field(kind), field(kind["name"], "b"), field("int", "c", default=0))

        assert judged(writer, reader) == judged(reader, writer) == []

    def test_say_where_and_what(self) -> None:
        def lines(*fields: dict[str, Any]) -> dict[str, Any]:
            line = record(*fields, name="Line")
            return record(field("int", "b"), field({"type": "array", "items": line}))

        assert judged(lines(field("long")), lines(field("int"))) == [
            "BACKWARD: /fields/1/type/items/fields/0/type: type mismatch: "
            "reader type: int not compatible with writer type: long"
        ]
        assert judged(lines(), lines(field("int", "net"))) == [
            "BACKWARD: /fields/1/type/items/fields/0: reader field missing default value: net"
        ]

    def test_say_that_one_from_before_cannot_be_compared(self) -> None:
        """It was taken by a release that looked at it less closely."""
        [said] = judged(record(field("int"), name="A-b"), record(field("int")))
        assert "cannot be compared" in said

    def test_agree_with_what_fastavro_reads(self) -> None:
        verdicts: Counter[bool] = Counter()

        @settings(
            max_examples=PAIRS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(pairs())
        def judge(pair: tuple[Any, Any]) -> None:
            writer, reader = pair
            fits = not judged(writer, reader)
            verdicts[fits] += 1
            assert all(is_read(writer, reader, value) for value in values(writer)) == fits

        judge()
        assert verdicts[True] > verdicts.total() / 10
        assert verdicts[False] > verdicts.total() / 10
