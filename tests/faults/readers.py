"""Readers under test: one that goes by position, and the naive one that polls by id."""

from __future__ import annotations

import threading
from typing import Protocol

from django.db import DatabaseError, InterfaceError, connections

from modules.kernel.messaging.logs import open_log

_PAUSE_SECONDS = 0.005


class Reader(Protocol):
    """This reads a log from its start, in a thread of its own, and keeps what it saw.

    Attributes:
        seen: ids of the messages in the order in which they came.
    """

    seen: list[str]

    def read_next(self) -> int:
        """This reads what is new and gives how much that was."""

    def has_passed(self, identity: int) -> bool:
        """This tells whether it would pass over a row of this id that is committed now."""


class PositionReader:
    """This reads by position, as every consumer does."""

    def __init__(self, alias: str) -> None:
        self.seen: list[str] = []
        self.gaps: list[tuple[int, int]] = []
        self._alias = alias
        self._cursor = 0

    def read_next(self) -> int:
        found, until = open_log(self._alias).read(
            after=self._cursor, names=None, parts=None, limit=500
        )
        for number, envelope in enumerate(found, start=self._cursor + 1):
            if envelope.position != number:
                self.gaps.append((number, envelope.position))
            self.seen.append(str(envelope.message_id))
        self._cursor = until
        return len(found)

    def has_passed(self, identity: int) -> bool:
        with connections[self._alias].cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM messaging_position"
                " WHERE message_id > %s AND pos <= %s)",
                [identity, self._cursor],
            )
            return bool(cursor.fetchone()[0])


class NaiveReader:
    """This polls ``id > last``: what looks right, and loses messages."""

    def __init__(self, alias: str) -> None:
        self.seen: list[str] = []
        self._alias = alias
        self._last = 0

    def read_next(self) -> int:
        with connections[self._alias].cursor() as cursor:
            cursor.execute(
                "SELECT id, message_id FROM messaging_message WHERE id > %s ORDER BY id",
                [self._last],
            )
            rows = cursor.fetchall()
        for self._last, message_id in rows:
            self.seen.append(str(message_id))
        return len(rows)

    def has_passed(self, identity: int) -> bool:
        return self._last > identity


def keep_reading(reader: Reader, alias: str, stop: threading.Event) -> None:
    """This has the reader read until it is stopped, whatever happens to its connection."""
    try:
        while not stop.is_set():
            try:
                if not reader.read_next():
                    stop.wait(_PAUSE_SECONDS)
            except (DatabaseError, InterfaceError):
                connections[alias].close()
    finally:
        connections[alias].close()
