"""The project's own schema registry, through the HTTP API of Confluent's.

Kafka's tools use it as they are: the address is ``/internal/schema-registry``. What it serves
are the contracts of the code; a subject's versions and their ids are kept in tables, for they
stand in messages.

Source: Confluent Schema Registry API, version 7.
"""
