"""What travels around a message: the envelope, after CloudEvents 1.0.

Source: CloudEvents 1.0.2 (CNCF), W3C Trace Context.
"""

import uuid
import zlib
from dataclasses import dataclass, field
from datetime import datetime

#: How many partitions a consumer's messages are spread over, by hash of the key.
PARTITIONS = 64


def partition_of(key: str) -> int:
    """This gives the partition of a key: the same in every process and release."""
    return zlib.crc32(key.encode()) % PARTITIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """This is one message of the log with everything that is known about it.

    Attributes:
        position: its place in the log's order, dense from 1.
        message_id: UUIDv7, the identity under which it is deduplicated everywhere.
        source: name of the module that appended it.
        name: wire name, for example ``payments.payment_captured``.
        schema_version: version of its contract.
        key: what it is ordered by.
        data: JSON text.
        headers: ``correlationid``, ``causationid``, ``requestid``, ``traceparent``; each only
            where known.
        stream: the event-sourced stream it belongs to, with `stream_version`; else None.
        recorded_at: when it was appended, by the database's clock.
        effective_at: when it came into force, where the publisher said so.
    """

    position: int
    message_id: uuid.UUID
    source: str
    name: str
    schema_version: int
    key: str
    data: str
    recorded_at: datetime
    headers: dict[str, str] = field(default_factory=dict)
    stream: str | None = None
    stream_version: int | None = None
    effective_at: datetime | None = None

    @property
    def partition(self) -> int:
        return partition_of(self.key)

    def as_cloudevent(self) -> dict[str, object]:
        """This gives the message in CloudEvents' JSON format, `data` still as text."""
        return {
            "specversion": "1.0",
            "id": str(self.message_id),
            "source": f"/modules/{self.source}",
            "type": f"{self.name}.v{self.schema_version}",
            "subject": self.key,
            "time": self.recorded_at.isoformat(),
            "datacontenttype": "application/json",
            "sequence": f"{self.position:020d}",
            **self.headers,
            "data": self.data,
        }
