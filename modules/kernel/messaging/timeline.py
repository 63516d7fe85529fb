"""What was said about one thing: every message of a key, and what the same requests set off.

Called by the console and by whoever looks into a single order; reads every log of this
deployable. It is for people: what it reads grows with the log since `since`.
"""

import uuid
from datetime import datetime, timedelta

import msgspec
from django.db import connections
from django.db.models import F, Q

from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.logs import databases
from modules.kernel.messaging.models import Message

#: Clocks of two machines may differ by this; what the slower one recorded still counts.
_CLOCKS_DIFFER = timedelta(minutes=1)


def timeline(key: str, *, since: datetime) -> tuple[Envelope, ...]:
    """This gives the messages of a key in the order of their recording.

    With them come those that the same requests caused under other keys.

    Args:
        since: when the thing began; older messages are not looked at.
    """
    oldest = since - _CLOCKS_DIFFER
    own = [found for database in databases() for found in _read(database, oldest, Q(key=key))]
    caused = Q(pk__in=())
    for correlation_id in {found.headers.get("correlationid", "") for found in own} - {""}:
        caused |= Q(headers__contains=f'"correlationid":"{correlation_id}"')
    others = [
        found for database in databases() for found in _read(database, oldest, caused & ~Q(key=key))
    ]
    return tuple(sorted(own + others, key=lambda found: found.recorded_at))


def _read(database: str, oldest: datetime, chosen: Q) -> list[Envelope]:
    rows = (
        Message.objects.using(database)
        .filter(chosen, pk__gt=_row_before(database, oldest), recorded_at__gte=oldest)
        .annotate(sequenced=F("position__pos"))
        .order_by("id")
    )
    id_is_position = connections[database].vendor == "sqlite"
    return [
        Envelope(
            # 0 stands for a message that is committed and has no place in the order yet.
            position=row.pk if id_is_position else row.sequenced or 0,
            message_id=row.message_id,
            source=row.source,
            name=row.name,
            schema_version=row.schema_version,
            key=row.key,
            data=row.data,
            headers=msgspec.json.decode(row.headers, type=dict[str, str]),
            recorded_at=row.recorded_at,
            stream=row.stream,
            stream_version=row.stream_version,
            effective_at=row.effective_at,
        )
        for row in rows
    ]


def _row_before(database: str, moment: datetime) -> int:
    """This gives a row that was there before the moment; 0 where none is found at once.

    It bounds the scan, which an index over all keys would do better and every append would
    pay for. Most message ids are UUIDv7 and so lead there; those of commands of a saga do
    not, which is why they cannot bound it themselves.
    """
    row = (
        Message.objects.using(database)
        .filter(message_id__lt=_smallest_id_at(moment))
        .order_by("-message_id")
        .values_list("pk", "recorded_at")
        .first()
    )
    return row[0] if row is not None and row[1] < moment else 0


def _smallest_id_at(moment: datetime) -> uuid.UUID:
    """This gives an id before every UUIDv7 made from the moment on (RFC 9562, 5.7)."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)
