"""Contracts in Avro: the schema of a message, and its data on the way there and back.

The data stay those of the JSON: a decimal, a time and an id are strings here too, so that
one message says the same in both encodings. A field that may be left out has its default.

Source: Apache Avro 1.11.1 specification.
"""

import io
import re
from collections.abc import Mapping
from typing import Any

import fastavro

_SCALARS = {"string": "string", "integer": "long", "number": "double", "boolean": "boolean"}


class NotInAvro(ValueError):
    """This says what of a schema Avro has no word for."""


def avro_schema(document: Mapping[str, Any]) -> dict[str, Any]:
    """This gives the Avro schema of a message's document.

    Raises:
        NotInAvro: it says something that Avro cannot.
    """
    said = document["x-message"]
    module = said["name"].partition(".")[0]
    name = f"{_name(document.get('title', 'Message'))}V{said['version']}"
    return _Translation(document.get("$defs", {}), module).record(document, name)


def to_avro(schema: Any, data: Any) -> bytes:
    """This writes plain data."""
    file = io.BytesIO()
    fastavro.schemaless_writer(file, fastavro.parse_schema(schema), data)
    return file.getvalue()


def from_avro(writer: Any, body: bytes, *, reader: Any = None) -> Any:
    """This reads plain data, as the reader's schema has them where one is given."""
    known = None if reader is None else fastavro.parse_schema(reader)
    return fastavro.schemaless_reader(io.BytesIO(body), fastavro.parse_schema(writer), known)


class _Translation:
    """This is one schema on its way; a record is defined where it is met first."""

    def __init__(self, definitions: Mapping[str, Any], module: str) -> None:
        self._definitions = definitions
        self._module = module
        self._defined: set[str] = set()

    def record(self, schema: Mapping[str, Any], name: str) -> dict[str, Any]:
        self._defined.add(name)
        required = set(schema.get("required", ()))
        made: dict[str, Any] = {"type": "record", "name": name, "namespace": self._module}
        if description := schema.get("description"):
            made["doc"] = description
        made["fields"] = [
            self._field(one, said, optional=one not in required)
            for one, said in schema.get("properties", {}).items()
        ]
        return made

    def _field(self, name: str, schema: Any, *, optional: bool) -> dict[str, Any]:
        kind = self._type(schema, name)
        if not optional:
            return {"name": name, "type": kind}
        default = schema.get("default")
        if isinstance(kind, list):
            # A default is of the union's first type.
            kind.sort(key=lambda one: (one == "null") != (default is None))
        return {"name": name, "type": kind, "default": default}

    def _type(self, schema: Any, name: str) -> Any:
        if "$ref" in schema:
            return self._named(schema["$ref"].rpartition("/")[2])
        if "anyOf" in schema:
            return [self._type(one, name) for one in schema["anyOf"]]
        if "enum" in schema or "const" in schema:
            # Not Avro's enum: a symbol that comes later would be an error to every reader.
            listed = schema.get("enum", [schema.get("const")])
            if all(isinstance(one, str) for one in listed):
                return "string"
            raise NotInAvro(f"{name}: of enums, only those of texts are translated")
        match schema.get("type"):
            case "null":
                return "null"
            case "array" if "prefixItems" not in schema:
                return {"type": "array", "items": self._type(schema.get("items", {}), name)}
            case "object" if "properties" in schema:
                return self.record(schema, _name(f"{name}_{len(self._defined)}"))
            case "object" if isinstance(schema.get("additionalProperties"), Mapping):
                return {
                    "type": "map",
                    "values": self._type(schema["additionalProperties"], name),
                }
            case str() as kind if kind in _SCALARS:
                return _SCALARS[kind]
        raise NotInAvro(f"{name}: {schema!r} has no type that Avro has")

    def _named(self, reference: str) -> Any:
        schema, name = self._definitions[reference], _name(reference)
        if schema.get("type") != "object" or "properties" not in schema:
            return self._type(schema, name)
        return f"{self._module}.{name}" if name in self._defined else self.record(schema, name)


def _name(text: str) -> str:
    made = re.sub(r"\W", "_", text)
    return f"_{made}" if made[:1].isdigit() else made
