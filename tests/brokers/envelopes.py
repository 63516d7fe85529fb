"""Envelopes made by hand, for what no publisher of ours would send."""

from datetime import UTC, datetime

from modules.kernel.contracts import new_id
from modules.kernel.messaging import Envelope

_WHEN = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)


def an_envelope(
    *,
    name: str = "probe.noted",
    version: int = 1,
    key: str = "k",
    data: str = '{"thing": "k", "number": 1, "text": ""}',
) -> Envelope:
    """This makes an envelope with an id of its own."""
    return Envelope(
        position=1,
        message_id=new_id(),
        source="probe",
        name=name,
        schema_version=version,
        key=key,
        data=data,
        recorded_at=_WHEN,
        headers={"correlationid": "c-1"},
    )
