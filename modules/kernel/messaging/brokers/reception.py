"""Reception: from the broker into the log here, each message once, in order per key.

What is received is appended under its own id and source, and noted in the inbox in the same
transaction; then it is acknowledged. From there on it is a message like any other: retried,
parked, replayed. What comes twice is found in the inbox and acknowledged again (P3).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import structlog
from django.db import connections, transaction

from modules.kernel.messaging.brokers.cloudevents import envelope_of
from modules.kernel.messaging.brokers.port import (
    NotAMessage,
    Received,
    Receiver,
    Route,
    Transport,
)
from modules.kernel.messaging.catalogue import Unsealable, sealed
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.inbox import receive_all
from modules.kernel.messaging.insertion import Row, insert_received
from modules.kernel.messaging.pulse import wake
from modules.kernel.messaging.writer_turn import writer_turn

#: Messages received in one transaction at the most.
BATCH = 200

#: Whose messages stand in the inbox: not a subscription, but the log itself.
_INBOX = "log"

_logger = structlog.get_logger("quarry.messaging")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """This says what came of what was received.

    Attributes:
        appended: messages that were new.
        duplicates: messages that had been received before.
        passed_over: messages that nobody here handles.
        refused: what was no message, and was put aside at the broker.
    """

    appended: int = 0
    duplicates: int = 0
    passed_over: int = 0
    refused: int = 0

    @property
    def all(self) -> int:
        return self.appended + self.duplicates + self.passed_over + self.refused


class _Unsealed(Exception):
    """This says of which messages, by id, what is personal cannot be sealed; none was appended."""

    def __init__(self, reasons: Mapping[uuid.UUID, str]) -> None:
        super().__init__(reasons)
        self.reasons = reasons


class Reception:
    """This takes one deployable's messages in; an object is used by one thread."""

    def __init__(
        self,
        transport: Transport,
        route: Route,
        *,
        database: str = "default",
        batch: int = BATCH,
        still_holds: Callable[[], bool] = lambda: True,
    ) -> None:
        """
        Args:
            database: whose log the messages are appended to.
            still_holds: says whether the route is that of now, where modules move.
        """
        self.receiver: Receiver = transport.receiver(route)
        self.route = route
        self.database = database
        self.batch = batch
        self._names = frozenset(route.names)
        self._still_holds = still_holds

    def step(self, *, timeout_seconds: float = 1.0) -> Taken:
        """This waits for messages and takes in those that there are.

        None of them, where it would pass over some by a route of before: they come again.

        Raises:
            BrokerUnavailable: begin anew with another object.
        """
        received = self.receiver.receive(limit=self.batch, timeout_seconds=timeout_seconds)
        if not received:
            return Taken()
        came: list[tuple[Received, Envelope]] = []
        refused: list[tuple[Received, str]] = []
        for one in received:
            try:
                came.append((one, envelope_of(one)))
            except NotAMessage as error:
                refused.append((one, str(error)))
        handled = [(one, envelope) for one, envelope in came if envelope.name in self._names]
        # Asked after it came: who sent it had been put in charge before, and that can be seen.
        if len(handled) < len(came) and not self._still_holds():
            self.close()
            return Taken()
        passed_over = len(came) - len(handled)
        try:
            appended = self._append([envelope for _, envelope in handled])
        except _Unsealed as found:
            why = found.reasons
            refused += [(one, why[it.message_id]) for one, it in handled if it.message_id in why]
            handled = [(one, it) for one, it in handled if it.message_id not in why]
            appended = self._append([envelope for _, envelope in handled])
        for one, reason in refused:
            _logger.warning("not_a_message", error=reason, id=one.attributes.get("id"))
            self.receiver.refuse(one, reason)
        self.receiver.acknowledge(received)
        return Taken(
            appended=appended,
            duplicates=len(handled) - appended,
            passed_over=passed_over,
            refused=len(refused),
        )

    def close(self) -> None:
        """This leaves what was not acknowledged to others."""
        self.receiver.close()

    def _append(self, envelopes: Sequence[Envelope]) -> int:
        by_id = {envelope.message_id: envelope for envelope in reversed(envelopes)}
        # The first of each id, in the order in which they came.
        once = sorted(by_id.values(), key=envelopes.index) if len(by_id) < len(envelopes) else None
        coming = once if once is not None else list(envelopes)
        if not coming:
            return 0
        with writer_turn(self.database), transaction.atomic(using=self.database):
            new = receive_all(self.database, _INBOX, [one.message_id for one in coming])
            rows = _rows([one for one in coming if one.message_id in new])
            appended = insert_received(connections[self.database], rows) if rows else 0
        if appended:
            wake(self.database)
        return appended


def _rows(envelopes: Sequence[Envelope]) -> list[Row]:
    """This gives the rows of messages in the log. Raises: _Unsealed."""
    rows: list[Row] = []
    reasons: dict[uuid.UUID, str] = {}
    for envelope in envelopes:
        try:
            rows.append(_row(envelope))
        except Unsealable as error:
            reasons[envelope.message_id] = str(error)
    if reasons:
        # And so rolled back: what the inbox knows would not be refused when it comes again.
        raise _Unsealed(reasons)
    return rows


def _row(envelope: Envelope) -> Row:
    # The log notes when it came here; when it was published elsewhere goes with it.
    headers = {**envelope.headers, "publishedat": envelope.recorded_at.isoformat()}
    return (
        envelope.message_id,
        envelope.source,
        envelope.name,
        envelope.schema_version,
        envelope.key,
        envelope.partition,
        None,
        None,
        sealed(envelope.name, envelope.schema_version, envelope.data),
        msgspec.json.encode(headers).decode(),
        envelope.effective_at,
    )
