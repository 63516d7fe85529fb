"""Rows of a raw cursor as envelopes."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import msgspec

from modules.kernel.messaging.dialect import as_datetime
from modules.kernel.messaging.envelope import Envelope

_headers = msgspec.json.Decoder(dict[str, str])


def envelope_of(row: Sequence[Any]) -> Envelope:
    """This makes an envelope of (position, …`port.COLUMNS`)."""
    identity, headers = row[1], row[7]
    return Envelope(
        position=row[0],
        message_id=identity if isinstance(identity, uuid.UUID) else uuid.UUID(identity),
        source=row[2],
        name=row[3],
        schema_version=row[4],
        key=row[5],
        data=row[6],
        headers=_headers.decode(headers) if headers != "{}" else {},
        recorded_at=cast(datetime, as_datetime(row[8])),
        stream=row[9],
        stream_version=row[10],
        effective_at=as_datetime(row[11]),
    )
