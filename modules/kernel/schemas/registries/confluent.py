"""A registry with Confluent's API, through the official client.

Source: Confluent wire format: a zero byte, the schema's id in four bytes, the data.
"""

from __future__ import annotations

import json
import struct
from types import TracebackType
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx2
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError

from modules.kernel.schemas.registries.port import (
    Published,
    RegistryRefused,
    RegistryUnavailable,
    Stored,
    UnknownSchema,
)
from modules.kernel.schemas.registry.contracts import ContractSchema

_HEAD = struct.Struct(">bI")
_NOT_THERE = {40401, 40402, 40403}
_REFUSED = {409, 42201, 42205}


class ConfluentRegistry:
    """This is a registry at ``http(s)://[user:password@]host/path``."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        conf = {"url": urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))}
        if parts.username:
            conf["basic.auth.user.info"] = (
                f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            )
        self._client = SchemaRegistryClient(conf)

    def publish(self, schema: ContractSchema) -> Published:
        given = Schema(schema.text, schema.format)
        try:
            try:
                known = self._client.lookup_schema(schema.subject, given)
                return Published(subject=schema.subject, version=known.version or 0, is_new=False)
            except SchemaRegistryError as error:
                if error.error_code not in _NOT_THERE:
                    raise
            if schema.format == "JSON":
                # Its own check refuses an optional field that comes to an open schema; ours,
                # which has judged this before, does not.
                self._client.set_compatibility(schema.subject, level="NONE")
            self._client.register_schema(schema.subject, given)
            version = self._client.lookup_schema(schema.subject, given).version or 0
        except SchemaRegistryError as error:
            if error.error_code in _REFUSED:
                raise RegistryRefused(str(error.error_message)) from error
            raise RegistryUnavailable(str(error)) from error
        except httpx2.HTTPError as error:
            raise RegistryUnavailable(f"{type(error).__name__}: {error}") from error
        return Published(subject=schema.subject, version=version, is_new=True)

    def history(self, subject: str) -> list[Stored]:
        try:
            found = [
                self._client.get_version(subject, version)
                for version in self._client.get_versions(subject)
            ]
        except SchemaRegistryError as error:
            if error.error_code in _NOT_THERE:
                return []
            raise RegistryUnavailable(str(error)) from error
        except httpx2.HTTPError as error:
            raise RegistryUnavailable(f"{type(error).__name__}: {error}") from error
        return [Stored(version=one.version or 0, text=str(one.schema.schema_str)) for one in found]

    def frame(self, schema: ContractSchema, body: bytes) -> bytes:
        given = Schema(schema.text, schema.format)
        try:
            # The client keeps what it was told: this asks once a schema.
            known = self._client.lookup_schema(schema.subject, given)
        except (SchemaRegistryError, httpx2.HTTPError) as error:
            raise RegistryUnavailable(f"{schema.subject}: {error}") from error
        return _HEAD.pack(0, known.schema_id) + body

    def unframe(self, message: bytes) -> tuple[str, bytes]:
        if len(message) < _HEAD.size or message[0] != 0:
            raise ValueError("the message does not begin with the id of a schema")
        _, schema_id = _HEAD.unpack_from(message)
        try:
            found = self._client.get_schema(schema_id)
        except (SchemaRegistryError, httpx2.HTTPError) as error:
            if isinstance(error, SchemaRegistryError) and error.error_code in _NOT_THERE:
                raise UnknownSchema(f"schema {schema_id}: {error}") from error
            raise RegistryUnavailable(f"schema {schema_id}: {error}") from error
        return json.dumps(json.loads(str(found.schema_str))), message[_HEAD.size :]

    def __enter__(self) -> ConfluentRegistry:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.__exit__(kind, error, trace)  # type: ignore[no-untyped-call]  # theirs
