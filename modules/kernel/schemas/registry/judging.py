"""Compatibility as the registry is asked for it: of JSON Schema, and of Avro by its own rules.

Source: Apache Avro 1.11.1 specification, "Schema Resolution".
"""

import json
from collections.abc import Iterable

from modules.kernel.schemas.compatibility import Compatible, compatible
from modules.kernel.schemas.modes import Mode


def complaints(new: str, history: Iterable[str], mode: Mode, *, avro: bool) -> list[str]:
    """This says what a new schema breaks, in words; nothing where it may be registered.

    Args:
        history: the texts of the versions that are there, the newest first.
    """
    if mode is Mode.NONE:
        return []
    found = []
    for old in history if mode.transitive else list(history)[:1]:
        if mode.startswith(("FULL", "BACKWARD")) and (said := _said(old, new, avro=avro)):
            found.append(f"BACKWARD: {said}")
        if mode.startswith(("FULL", "FORWARD")) and (said := _said(new, old, avro=avro)):
            found.append(f"FORWARD: {said}")
    return found


def _said(writer: str, reader: str, *, avro: bool) -> str:
    return _said_of_avro(writer, reader) if avro else _said_of_json(writer, reader)


def _said_of_json(writer: str, reader: str) -> str:
    verdict = compatible(json.loads(writer), json.loads(reader))
    if isinstance(verdict, Compatible):
        return ""
    where = getattr(verdict, "path", "")
    example = getattr(verdict, "example", None)
    shown = f", for example {json.dumps(example, ensure_ascii=False)}" if example else ""
    return f"{where + ': ' if where else ''}{verdict.reason}{shown}"


def _said_of_avro(writer: str, reader: str) -> str:
    # Imported here: it takes its time, and few bring Avro.
    from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
    from avro.errors import AvroException
    from avro.schema import parse

    checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]  # theirs
    try:
        found = checker.get_compatibility(parse(reader), parse(writer))
    except AvroException as error:
        # One that was registered when nobody looked at it so closely.
        return f"it cannot be compared: {error}"
    if found.compatibility is SchemaCompatibilityType.compatible:
        return ""
    wrong = dict.fromkeys(one.value.replace("_", " ") for one in found.incompatibilities)
    return ": ".join(", ".join(sorted(of)) for of in (found.locations, wrong, found.messages))
