"""The contracts of the code as subjects: ``payments.payment_captured.v1``, and in Avro
``payments.PaymentCapturedV1``; each is what the official serializers call its record's name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from modules.kernel.contracts import contract_of
from modules.kernel.messaging.catalogue import message_classes
from modules.kernel.schemas.avro import NotInAvro, avro_schema
from modules.kernel.schemas.documents import message_document


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSchema:
    """This is a contract in one format.

    Attributes:
        format: ``JSON`` or ``AVRO``, as the registries name them.
    """

    subject: str
    format: str
    text: str


def contract_schemas() -> tuple[ContractSchema, ...]:
    """This gives every message of the modules here, in each format that can say it."""
    return _of_classes(tuple(entry.cls for entry in message_classes()))


@cache
def _of_classes(classes: tuple[type, ...]) -> tuple[ContractSchema, ...]:
    return tuple(made for cls in classes for made in _of_class(cls))


def _of_class(cls: type) -> Iterator[ContractSchema]:
    contract = contract_of(cls)
    document = message_document(cls)
    subject = f"{contract.name}.v{contract.version}"
    # Comments name a file, which may move: that makes no new version.
    said = {key: value for key, value in document.items() if key != "$comment"}
    yield ContractSchema(subject=subject, format="JSON", text=json.dumps(said | {"title": subject}))
    try:
        yield in_avro(cls)
    except NotInAvro:
        return


@cache
def in_avro(cls: type) -> ContractSchema:
    """This gives a message class in Avro. Raises: NotInAvro."""
    schema = avro_schema(message_document(cls))
    return ContractSchema(
        subject=f"{schema['namespace']}.{schema['name']}", format="AVRO", text=json.dumps(schema)
    )
