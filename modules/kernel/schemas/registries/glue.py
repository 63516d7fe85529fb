"""AWS Glue Schema Registry, with boto3. JSON Schema goes there in draft-07: it knows no newer.

Source: the wire format of aws-glue-schema-registry: a byte 3, a byte for the compression
(0 for none, 5 for zlib), the schema version's UUID, the data.
"""

from __future__ import annotations

import json
import uuid
import zlib
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from modules.kernel.schemas.draft_07 import as_draft_07, from_draft_07
from modules.kernel.schemas.registries.port import (
    Published,
    RegistryRefused,
    RegistryUnavailable,
    Stored,
    UnknownSchema,
)
from modules.kernel.schemas.registry.contracts import ContractSchema

_VERSION, _PLAIN, _ZLIB = 3, 0, 5
_HEAD_BYTES = 18

#: Glue's own check refuses an optional field that comes to an open JSON Schema; ours does not.
_COMPATIBILITY = "NONE"


class GlueRegistry:
    """This is the registry ``glue://NAME?region=…&endpoint=…``, made where it is missing."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        self._name = parts.netloc
        self._client: Any = boto3.client(
            "glue", region_name=options.get("region"), endpoint_url=options.get("endpoint")
        )
        self._ids: dict[ContractSchema, uuid.UUID] = {}
        self._texts: dict[uuid.UUID, str] = {}

    def publish(self, schema: ContractSchema) -> Published:
        known = self.history(schema.subject)
        text = _as_glue_has_it(schema)
        for one in known:
            if _same(one.text, schema.text):
                return Published(subject=schema.subject, version=one.version, is_new=False)
        try:
            if known:
                made = self._client.register_schema_version(
                    SchemaId=self._schema(schema.subject), SchemaDefinition=text
                )
                version = int(made["VersionNumber"])
            else:
                self._make_registry()
                self._client.create_schema(
                    RegistryId={"RegistryName": self._name},
                    SchemaName=schema.subject,
                    DataFormat=schema.format,
                    Compatibility=_COMPATIBILITY,
                    SchemaDefinition=text,
                )
                version = 1
        except ClientError as error:
            if _code(error) in ("InvalidInputException", "ConflictException"):
                raise RegistryRefused(f"{schema.subject}: {error}") from error
            raise RegistryUnavailable(str(error)) from error
        except BotoCoreError as error:
            raise RegistryUnavailable(str(error)) from error
        return Published(subject=schema.subject, version=version, is_new=True)

    def history(self, subject: str) -> list[Stored]:
        try:
            last = int(
                self._client.get_schema(SchemaId=self._schema(subject))["LatestSchemaVersion"]
            )
            found = [
                self._client.get_schema_version(
                    SchemaId=self._schema(subject), SchemaVersionNumber={"VersionNumber": number}
                )
                for number in range(1, last + 1)
            ]
        except ClientError as error:
            if _code(error) == "EntityNotFoundException":
                return []
            raise RegistryUnavailable(str(error)) from error
        except BotoCoreError as error:
            raise RegistryUnavailable(str(error)) from error
        return [
            Stored(
                version=int(one["VersionNumber"]),
                text=_as_ours(one["SchemaDefinition"], one["DataFormat"]),
            )
            for one in found
        ]

    def frame(self, schema: ContractSchema, body: bytes) -> bytes:
        if schema not in self._ids:
            try:
                found = self._client.get_schema_by_definition(
                    SchemaId=self._schema(schema.subject), SchemaDefinition=_as_glue_has_it(schema)
                )
            except (ClientError, BotoCoreError) as error:
                raise RegistryUnavailable(f"{schema.subject}: {error}") from error
            self._ids[schema] = uuid.UUID(found["SchemaVersionId"])
        return bytes([_VERSION, _PLAIN]) + self._ids[schema].bytes + body

    def unframe(self, message: bytes) -> tuple[str, bytes]:
        if len(message) < _HEAD_BYTES or message[0] != _VERSION:
            raise ValueError("the message does not begin with the id of a schema version")
        identity = uuid.UUID(bytes=message[2:_HEAD_BYTES])
        if identity not in self._texts:
            try:
                found = self._client.get_schema_version(SchemaVersionId=str(identity))
            except (ClientError, BotoCoreError) as error:
                if isinstance(error, ClientError) and _code(error) == "EntityNotFoundException":
                    raise UnknownSchema(f"schema version {identity}: {error}") from error
                raise RegistryUnavailable(f"schema version {identity}: {error}") from error
            self._texts[identity] = _as_ours(found["SchemaDefinition"], found["DataFormat"])
        data = message[_HEAD_BYTES:]
        try:
            return self._texts[identity], zlib.decompress(data) if message[1] == _ZLIB else data
        except zlib.error as error:
            raise ValueError(f"the data cannot be decompressed: {error}") from error

    def __enter__(self) -> GlueRegistry:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def _schema(self, subject: str) -> dict[str, str]:
        return {"RegistryName": self._name, "SchemaName": subject}

    def _make_registry(self) -> None:
        try:
            self._client.create_registry(RegistryName=self._name)
        except ClientError as error:
            if _code(error) != "AlreadyExistsException":
                raise


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _as_glue_has_it(schema: ContractSchema) -> str:
    if schema.format != "JSON":
        return schema.text
    return json.dumps(as_draft_07(json.loads(schema.text)), sort_keys=True)


def _as_ours(text: str, format_: str) -> str:
    return json.dumps(from_draft_07(json.loads(text))) if format_ == "JSON" else text


def _same(one: str, other: str) -> bool:
    return bool(json.loads(one) == json.loads(other))
