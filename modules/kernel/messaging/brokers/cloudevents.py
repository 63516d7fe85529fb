"""Messages as CloudEvents 1.0: attributes and data (binary mode), or one JSON document.

The transports put a prefix before the names of the attributes: ``ce_`` on Kafka,
``cloudEvents:`` on AMQP.

Source: CloudEvents 1.0.2 with its Kafka, AMQP and JSON bindings (CNCF).
"""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from modules.kernel.messaging.brokers.port import NotAMessage, Received
from modules.kernel.messaging.envelope import Envelope

#: Content type of a whole CloudEvent as one JSON document.
STRUCTURED = "application/cloudevents+json"
JSON = "application/json"

_TYPE = re.compile(r"([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)\.v([1-9][0-9]{0,3})")
_SOURCE = "/modules/"
#: Looks at all of a document and copies nothing.
_object = msgspec.json.Decoder(dict[str, msgspec.Raw])
#: What is no JSON; a thousand brackets, which are, are nothing that could be read here.
_unreadable = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_OWN = {
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "sequence",
    "effectiveat",
    "publishedat",
}


def attributes_of(envelope: Envelope) -> dict[str, str]:
    """This gives the attributes that stand around the data."""
    attributes = {
        "specversion": "1.0",
        "id": str(envelope.message_id),
        "source": f"{_SOURCE}{envelope.source}",
        "type": f"{envelope.name}.v{envelope.schema_version}",
        "subject": envelope.key,
        "time": envelope.recorded_at.isoformat(),
        "sequence": f"{envelope.position:020d}",
        **envelope.headers,
    }
    if envelope.effective_at is not None:
        attributes["effectiveat"] = envelope.effective_at.isoformat()
    return attributes


def structured(envelope: Envelope) -> bytes:
    """This gives the message as one JSON document."""
    attributes = {**attributes_of(envelope), "datacontenttype": JSON}
    return msgspec.json.encode({**attributes, "data": msgspec.Raw(envelope.data.encode())})


def read_structured(document: bytes) -> tuple[dict[str, str], bytes]:
    """This gives the attributes and the data of a JSON document.

    Raises:
        NotAMessage: it is no CloudEvent.
    """
    try:
        members = _object.decode(document)
        data = bytes(members.pop("data", msgspec.Raw(b"null")))
        attributes = {
            name: value if isinstance(value, str) else str(value)
            for name, value in (
                (name, msgspec.json.decode(member)) for name, member in members.items()
            )
        }
    except _unreadable as error:
        raise NotAMessage(f"no CloudEvent in JSON: {error}") from error
    return attributes, data


def envelope_of(received: Received) -> Envelope:
    """This reads a message; it has no position yet.

    An id that is no UUID, which another producer may send, gets one made from source and id,
    the two that CloudEvents tells events apart by.

    Raises:
        NotAMessage: it lacks an attribute, or one of them or the data cannot be read.
    """
    if received.unreadable:
        raise NotAMessage(received.unreadable)
    attributes = received.attributes
    if attributes.get("specversion") != "1.0":
        raise NotAMessage(f"specversion is {attributes.get('specversion')!r}, not '1.0'")
    type_ = _TYPE.fullmatch(attributes.get("type", ""))
    if type_ is None:
        raise NotAMessage(f"type {attributes.get('type')!r} is not of the form module.name.v1")
    source = attributes.get("source", "")
    if not source or not attributes.get("id"):
        raise NotAMessage("id or source is missing")
    _require_storable("source", source)
    recorded_at = _time(attributes, "time")
    if recorded_at is None:
        raise NotAMessage("time is missing")
    return Envelope(
        position=0,
        message_id=_identity(source, attributes["id"]),
        source=source.removeprefix(_SOURCE)[:40],
        name=type_[1],
        schema_version=int(type_[2]),
        key=_key(attributes),
        data=_json(received.body),
        headers={name: value for name, value in attributes.items() if name not in _OWN},
        recorded_at=recorded_at,
        effective_at=_time(attributes, "effectiveat"),
    )


def _identity(source: str, identity: str) -> uuid.UUID:
    try:
        return uuid.UUID(identity)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{source}#{identity}")


def _key(attributes: Mapping[str, str]) -> str:
    key = attributes.get("subject", "")
    if not 0 < len(key) <= 200:
        raise NotAMessage("subject, the message's key, is missing or longer than 200 characters")
    _require_storable("subject", key)
    return key


def _require_storable(name: str, text: str) -> None:
    # PostgreSQL stores none: reception would fail at the same message for ever.
    if "\0" in text:
        raise NotAMessage(f"{name} has a NUL, which cannot be stored")


def _time(attributes: Mapping[str, str], name: str) -> datetime | None:
    if name not in attributes:
        return None
    try:
        moment = datetime.fromisoformat(attributes[name])
    except ValueError as error:
        raise NotAMessage(f"{name} {attributes[name]!r} is no time") from error
    if moment.tzinfo is None:
        raise NotAMessage(f"{name} {attributes[name]!r} has no time zone")
    try:
        moment.astimezone(UTC)
    except OverflowError as error:
        # PostgreSQL would store it, and whoever read the log could not read it back.
        raise NotAMessage(f"{name} {attributes[name]!r} is before or after all time") from error
    return moment


def _json(body: bytes) -> str:
    try:
        _object.decode(body)
        return body.decode()
    except _unreadable as error:
        raise NotAMessage(f"the data are no JSON object: {error}") from error
