"""AsyncAPI 3: the messages of the whole system, or of one module, for tools that read it.

A channel is a module's topic: its events and the commands that it sends. Schemas are in
draft-07, which AsyncAPI's own are a superset of.

Source: AsyncAPI 3.0.0 specification.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from modules.kernel.schemas.draft_07 import as_draft_07
from modules.kernel.schemas.event_catalogue import Entry

_ATTRIBUTES = {
    "specversion": "1.0",
    "id": "which it is told apart by; the same in each delivery",
    "source": "the module that published it",
    "type": "wire name and version",
    "subject": "the key that it is ordered by",
    "time": "when it was recorded",
    "correlationid": "of all that one request set off",
    "causationid": "the message that it was caused by",
    "requestid": "the command that it answers",
    "traceparent": "W3C Trace Context",
}
_ALWAYS = ["specversion", "id", "source", "type", "subject", "time"]


def asyncapi_document(
    entries: Iterable[Entry], *, module: str = "", prefix: str = "quarry"
) -> dict[str, Any]:
    """This gives the document of all modules, or of one: what it sends and what it receives.

    Args:
        prefix: begins the topics' names, see QUARRY_BROKER_PREFIX.
    """
    shown = [
        one for one in entries if not module or module in one.publishers or module in one.consumers
    ]
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for one in shown:
        for publisher in one.publishers:
            _add_to_channel(channels, publisher, one, prefix)
            if not module or publisher == module:
                _add_operation(operations, f"{publisher}.sends", "send", publisher, one)
            for consumer in one.consumers:
                if not module or consumer == module:
                    name = f"{consumer}.receives.from.{publisher}"
                    _add_operation(operations, name, "receive", publisher, one)
    schemas: dict[str, Any] = {}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Quarry: {module}" if module else "Quarry",
            "version": "1",
            "description": "Messages between modules, as CloudEvents 1.0 in binary mode.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": {one.type: _message(one, schemas) for one in shown},
            "schemas": {"attributes": _attributes(), **schemas},
            "correlationIds": {
                "request": {
                    "description": "Of all that one request set off.",
                    "location": "$message.header#/correlationid",
                }
            },
        },
    }


def _add_to_channel(channels: dict[str, Any], publisher: str, one: Entry, prefix: str) -> None:
    channel = channels.setdefault(
        publisher,
        {
            "address": f"{prefix}.{publisher}",
            "description": f"What {publisher} publishes, in order per key.",
            "messages": {},
        },
    )
    channel["messages"][one.type] = {"$ref": f"#/components/messages/{one.type}"}


def _add_operation(
    operations: dict[str, Any], name: str, action: str, publisher: str, one: Entry
) -> None:
    operation = operations.setdefault(
        name,
        {"action": action, "channel": {"$ref": f"#/channels/{publisher}"}, "messages": []},
    )
    operation["messages"].append({"$ref": f"#/channels/{publisher}/messages/{one.type}"})


def _message(one: Entry, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = {
        key: value
        for key, value in as_draft_07(one.document).items()
        if key not in ("$schema", "$comment", "x-message")
    }
    for name, definition in schema.pop("definitions", {}).items():
        schemas[f"{one.type}.{name}"] = _moved(definition, one.type)
    message: dict[str, Any] = {
        "name": one.type,
        "title": one.title,
        "summary": one.summary or f"{one.kind} of {one.module}",
        "tags": [{"name": one.kind}],
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/attributes"},
        "correlationId": {"$ref": "#/components/correlationIds/request"},
        "payload": _moved(schema, one.type),
        "bindings": {"kafka": {"key": {"type": "string", "description": one.key}}},
        "x-key": one.key,
    }
    if one.example:
        message["examples"] = [{"payload": json.loads(one.example)}]
    return message


def _moved(schema: Any, prefix: str) -> Any:
    """This has references lead to where a document keeps the definitions of all messages."""
    if isinstance(schema, list):
        return [_moved(one, prefix) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        key: value.replace("#/definitions/", f"#/components/schemas/{prefix}.")
        if key == "$ref" and isinstance(value, str)
        else _moved(value, prefix)
        for key, value in schema.items()
    }


def _attributes() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "CloudEvents attributes: `ce_id` on Kafka, `cloudEvents:id` on AMQP.",
        "properties": {
            name: {"type": "string", "description": said} for name, said in _ATTRIBUTES.items()
        },
        "required": _ALWAYS,
    }
