"""Snapshots: where a load may begin, made by the same code that loads."""

from typing import Any

import msgspec

from modules.kernel.eventstore.kinds import A, StreamKind
from modules.kernel.eventstore.personal import SubjectKeys
from modules.kernel.messaging.prepared import cursor_of, fetch

_FIND = "SELECT stream_version, state FROM eventstore_snapshot WHERE stream = %s AND code = %s"
_PUT = (
    "INSERT INTO eventstore_snapshot (stream, code, stream_version, state)"
    " VALUES (%s, %s, %s, %s) ON CONFLICT (stream, code) DO UPDATE SET"
    " stream_version = excluded.stream_version, state = excluded.state"
    " WHERE eventstore_snapshot.stream_version < excluded.stream_version"
)


def find(kind: StreamKind[A], database: str, identity: str) -> tuple[A, int] | None:
    """This gives the newest state that this code has kept, and its version."""
    rows = fetch(database, _FIND, [kind.stream(identity), kind.code_version])
    if not rows:
        return None
    version, state = rows[0]
    if kind.subject:
        state = SubjectKeys().open_text(state)
        if state is None:  # The person was erased: the events say what is left of them.
            return None
    return msgspec.json.decode(state, type=kind.aggregate), version


def keep(kind: StreamKind[Any], database: str, identity: str, state: Any, version: int) -> None:
    """This keeps a state; one that is older than what is kept changes nothing."""
    text = msgspec.json.encode(state).decode()
    if kind.subject:
        text = SubjectKeys().seal_text(text, str(getattr(state, kind.subject)))
        if not text:
            return
    with cursor_of(database) as cursor:
        cursor.execute(_PUT, [kind.stream(identity), kind.code_version, version, text])
