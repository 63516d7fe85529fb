"""Registries of others: Confluent's, through its official client, and AWS Glue's.

    with open_registry("http://registry:8081") as registry:
        registry.publish(schema)

``manage.py contracts publish --registry URL`` and ``check --registry URL`` use them, and so
does the Avro encoding of Kafka's topics.
"""

from modules.kernel.schemas.registries.opening import open_registry
from modules.kernel.schemas.registries.port import (
    Published,
    Registry,
    RegistryRefused,
    RegistryUnavailable,
    Stored,
    UnknownSchema,
)

__all__ = [
    "open_registry",
    "Registry",
    "Published",
    "Stored",
    "RegistryRefused",
    "RegistryUnavailable",
    "UnknownSchema",
]
