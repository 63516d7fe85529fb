"""Events with what is known about them: who wanted it, why, what caused it, and both times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec

from modules.kernel.messaging.dialect import as_datetime

#: As `recorded` takes them, of a message ``m``.
COLUMNS = (
    "m.stream_version, m.name, m.schema_version, m.data, m.recorded_at, m.effective_at,"
    " m.message_id, m.headers"
)

_headers = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """This is one event of a stream.

    Attributes:
        version: its place in the stream, from 1.
        recorded_at: when it was appended, by the database's clock.
        effective_at: when it came into force; as recorded where nobody said otherwise.
        who, why: on whose behalf and for what reason; empty where nobody said.
        caused_by: the message that was handled when it was appended; empty for a request.
        correlation_id: of everything that one request set off.
    """

    version: int
    event: Any
    recorded_at: datetime
    effective_at: datetime
    message_id: UUID
    who: str
    why: str
    caused_by: str
    correlation_id: str


def recorded(row: Sequence[Any], event: Any) -> Recorded:
    """This makes a record of a row of `COLUMNS` and its decoded event."""
    recorded_at = cast(datetime, as_datetime(row[4]))
    headers = _headers.decode(row[7]) if row[7] != "{}" else {}
    return Recorded(
        version=row[0],
        event=event,
        recorded_at=recorded_at,
        effective_at=as_datetime(row[5]) or recorded_at,
        message_id=row[6] if isinstance(row[6], UUID) else UUID(row[6]),
        who=headers.get("actor", ""),
        why=headers.get("reason", ""),
        caused_by=headers.get("causationid", ""),
        correlation_id=headers.get("correlationid", ""),
    )
