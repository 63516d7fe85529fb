"""Write tokens: what a write's answer carries, so that a later read can wait for it.

A token names a transaction, not a position: when the write is answered, its messages have
no position yet, and one that has a smaller position may still be missing. On PostgreSQL it is
the transaction's 64-bit id; the messages of that transaction are all in the order once it is
visible and each of its rows has a position. On SQLite the position is the row's id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.db import connections

from modules.kernel.contracts import Invalid
from modules.kernel.messaging.logs import databases

_TEXT = re.compile(r"(?:([A-Za-z0-9_.-]{1,80})/)?([a-z0-9_]{1,40})\.(\d{1,19})")

_PLACE = """
SELECT pg_visible_in_snapshot(%s::xid8, pg_current_snapshot()),
       count(m.id) = count(p.pos), max(p.pos)
  FROM messaging_message m LEFT JOIN messaging_position p ON p.message_id = m.id
 WHERE m.xid BETWEEN %s::xid8 AND %s::xid8 AND m.name = ANY (%s)
"""


class BadToken(Invalid):
    """This says that a text is no write token."""

    code = "bad-write-token"
    title = "The write token is not valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteToken:
    """This names the transaction of a write.

    Attributes:
        database: alias of the database with the log.
        mark: the transaction's id; on SQLite the id of its last message.
    """

    database: str
    mark: int

    def __str__(self) -> str:
        return f"{_prefix()}{self.database}.{self.mark}"


_collected: ContextVar[dict[str, WriteToken] | None] = ContextVar(
    "quarry_write_tokens", default=None
)


def parse(text: str) -> tuple[WriteToken, ...]:
    """This reads tokens as an answer gave them, separated by commas.

    Those of other deployables are left out: their logs are not here, and what has come of them
    was not in their transaction. Raises: BadToken.
    """
    tokens = []
    for part in text.split(","):
        match = _TEXT.fullmatch(part.strip())
        if match is not None and f"{match[1] or ''}/" != (_prefix() or "/"):
            continue
        if match is None or match[2] not in databases():
            raise BadToken(f"{text[:80]!r} is no write token: send back what an answer gave")
        tokens.append(WriteToken(database=match[2], mark=int(match[3])))
    return tuple(tokens)


def _prefix() -> str:
    """This tells apart the tokens of several deployables, each with a database "default"."""
    return f"{settings.QUARRY_DEPLOYABLE}/" if settings.QUARRY_REMOTE_MODULES else ""


@contextmanager
def collecting() -> Iterator[dict[str, WriteToken]]:
    """This gathers the tokens of what is appended inside the block, the last by database."""
    tokens: dict[str, WriteToken] = {}
    outer = _collected.set(tokens)
    try:
        yield tokens
    finally:
        _collected.reset(outer)


def is_wanted() -> bool:
    """This tells whether somebody collects the tokens of what is appended now."""
    return _collected.get() is not None


def note(database: str) -> None:
    """This notes the present transaction's token, where somebody collects; before its commit."""
    tokens = _collected.get()
    if tokens is None:
        return
    is_postgresql = connections[database].vendor == "postgresql"
    with connections[database].cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_xact_id()::text"
            if is_postgresql
            else "SELECT max(id) FROM messaging_message"
        )
        tokens[database] = WriteToken(database=database, mark=int(cursor.fetchone()[0]))


def is_given(token: WriteToken) -> bool:
    """This is false of a token that no answer can have given: it is of a write to come.

    Asked of the log itself, never of a replica, where a write may be missing that was answered.
    """
    is_postgresql = connections[token.database].vendor == "postgresql"
    with connections[token.database].cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::numeric - 1"
            if is_postgresql
            else "SELECT coalesce(max(id), 0) FROM messaging_message"
        )
        return bool(token.mark <= cursor.fetchone()[0])


def place_of(token: WriteToken, *, names: Sequence[str], seen_from: str = "") -> int | None:
    """This gives the position that a reader of messages of these names must have reached.

    Args:
        seen_from: a replica of the token's database, where the write may not have come yet.

    Returns:
        0 where the write appended none of them; None while that is not known.
    """
    if connections[token.database].vendor != "postgresql":
        return token.mark
    mark = str(token.mark)
    with connections[seen_from or token.database].cursor() as cursor:
        cursor.execute(_PLACE, [mark, mark, mark, list(names)])
        is_visible, is_ordered, last = cursor.fetchone()
    return (last or 0) if is_visible and is_ordered else None
