"""Avro as the encoding of a Kafka topic: by the registry's schemas, in its wire format.

Installed by `SchemasConfig`; the modules whose topics are so are named in QUARRY_AVRO_MODULES.
"""

from __future__ import annotations

import json

import msgspec

from modules.kernel.messaging.brokers.port import BrokerUnavailable, NotAMessage, Undeliverable
from modules.kernel.messaging.catalogue import UnknownMessage, message_class
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.schemas.avro import NotInAvro, from_avro, to_avro
from modules.kernel.schemas.registries.port import Registry, RegistryUnavailable, UnknownSchema
from modules.kernel.schemas.registry.contracts import ContractSchema, in_avro


class AvroEncoding:
    """This writes the data of messages in Avro, and reads what anybody wrote so."""

    content_type = "application/avro"

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def refusal(self, envelope: Envelope) -> str | None:
        try:
            self._schema(envelope)
        except (NotInAvro, UnknownMessage) as error:
            return f"it cannot be written in Avro: {error}"
        return None

    def encode(self, envelope: Envelope) -> bytes:
        if why := self.refusal(envelope):
            raise Undeliverable(why)
        schema = self._schema(envelope)
        try:
            body = to_avro(json.loads(schema.text), msgspec.json.decode(envelope.data))
        except Exception as error:
            # Whatever a foreign writer raises at data that the schema has no place for.
            raise Undeliverable(f"it cannot be written in Avro: {error!r}") from error
        try:
            return self._registry.frame(schema, body)
        except RegistryUnavailable as error:
            raise BrokerUnavailable(f"the schema registry: {error}") from error

    def decode(self, body: bytes) -> bytes:
        try:
            text, data = self._registry.unframe(body)
        except RegistryUnavailable as error:
            raise BrokerUnavailable(f"the schema registry: {error}") from error
        except UnknownSchema as error:
            raise NotAMessage(f"the schema registry knows no {error}") from error
        except ValueError:
            return body  # Reception says what it is not.
        try:
            return msgspec.json.encode(from_avro(json.loads(text), data))
        except Exception as error:
            # Whatever a foreign reader raises at bytes of anybody's: reception would fail at
            # the same message for ever.
            raise NotAMessage(f"it cannot be read in Avro: {error!r}") from error

    def _schema(self, envelope: Envelope) -> ContractSchema:
        return in_avro(message_class(envelope.name, envelope.schema_version).cls)
