"""The relay: the log's consumer that publishes to the broker.

Confirmed first, then the checkpoint: what is killed in between publishes again, and the
receiving inbox knows the messages. A broker that is away is waited for, however long; a
message that can never go over it is parked with the later ones of its key, as anywhere (P4),
whether that is seen before it is published or then.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace

import structlog

from modules.kernel.messaging.attempts import Attempts
from modules.kernel.messaging.brokers.port import (
    BrokerUnavailable,
    NobodyListens,
    Publisher,
    Transport,
    Undeliverable,
)
from modules.kernel.messaging.brokers.routes import relay_subscription
from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.leases import Leases
from modules.kernel.messaging.protection import opened
from modules.kernel.messaging.set_aside import SetAsides
from modules.kernel.messaging.subscriptions import RetryPolicy, Subscription
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.placements import Hosting
from modules.kernel.telemetry.deliveries import Outcome

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0

_logger = structlog.get_logger("quarry.messaging")


class _Publishing(Attempts):
    """This tries messages again that were set aside: it publishes them, and decodes nothing."""

    def __init__(
        self,
        publisher: Publisher,
        subscription: Subscription,
        leases: Leases,
        set_asides: SetAsides,
        chance: random.Random,
    ) -> None:
        super().__init__(subscription, leases, set_asides, chance)
        self.publisher = publisher

    def policy(self, name: str) -> RetryPolicy:
        # Also of what went out before its module moved away, and is not among the names any more.
        return RetryPolicy()

    def make(self, envelope: Envelope, *, attempt: int) -> bool:
        try:
            self.publisher.publish([_readable(envelope)])
        except Exception as error:
            if isinstance(error, BrokerUnavailable) and not isinstance(error, NobodyListens):
                # While it is away there was no attempt to count; the message stays put off.
                with unit_of_work(self.subscription.module):
                    self.leases.fence(envelope.partition)
                    self.set_asides.uncount_attempt(envelope.position)
                raise
            self._failed(envelope, attempt, error)
            return False
        with unit_of_work(self.subscription.module):
            self.set_asides.remove(envelope.position)
            self.leases.fence(envelope.partition)
        self.count(Outcome.HANDLED, envelope.name)
        return True


class Relay(Consumer):
    """This carries one log's messages to the broker; an object is used by one thread."""

    def __init__(
        self,
        transport: Transport,
        *,
        source: str,
        owner: str,
        at: Hosting,
        database: str = "default",
    ) -> None:
        """
        Args:
            source: alias of the database whose log is read.
            at: which modules are where; what those elsewhere appended does not go back.
            database: where its checkpoints are.
        """
        self.publisher: Publisher = transport.publisher()
        self._remote = at.remote
        self._pause_seconds = 0.0
        self._paused_until = 0.0
        super().__init__(relay_subscription(at), database=database, source=source, owner=owner)
        self.attempts = _Publishing(
            self.publisher, self.subscription, self.leases, self.set_asides, self.attempts.chance
        )

    def step(self) -> int:
        """This publishes one batch; 0 also while the broker is away."""
        if time.monotonic() < self._paused_until:
            return 0
        try:
            done = super().step()
        except BrokerUnavailable as error:
            self._pause_seconds = min(
                max(self._pause_seconds * 2, _FIRST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS
            )
            self._paused_until = time.monotonic() + self._pause_seconds
            _logger.warning(
                "broker_unavailable", error=str(error), again_in_seconds=self._pause_seconds
            )
            self.publisher.close()
            return 0
        self._pause_seconds = 0.0
        return done

    @property
    def idle_seconds(self) -> float:
        pause = self._paused_until - time.monotonic()
        return pause if pause > 0 else super().idle_seconds

    def close(self) -> None:
        self.publisher.close()
        super().close()

    def _retry_due(self) -> int:
        try:
            return super()._retry_due()
        except BrokerUnavailable as error:
            # Perhaps for this message alone: whether the broker is away, what is new will tell.
            _logger.warning("broker_unavailable", error=str(error))
            self.publisher.close()
            return 0

    def _deliver_run(self, run: Sequence[Envelope]) -> None:
        ours = [envelope for envelope in run if envelope.source not in self._remote]
        refused: list[tuple[Envelope, str]] = []
        waiting: list[Envelope] = []
        going: list[Envelope] = []
        for envelope in map(_readable, ours):
            if envelope.key in self._held_keys:
                waiting.append(envelope)
            elif why := self.publisher.refusal(envelope):
                refused.append((envelope, why))
                self._held_keys.add(envelope.key)
            else:
                going.append(envelope)
        try:
            if going:
                self.publisher.publish(going)
        except Undeliverable:
            # Which one, only publishing tells; all again, for of each key a beginning arrived.
            going = self._publish_one_by_one(going, refused, waiting)
        positions = {envelope.partition: envelope.position for envelope in run}
        with unit_of_work(self.subscription.module):
            for envelope, why in refused:
                _logger.warning("message_not_relayed", name=envelope.name, error=why)
                self.set_asides.put(envelope, attempts=1, wait_seconds=0)
                self.set_asides.park(envelope.position, why)
            for envelope in waiting:
                self.set_asides.put(envelope, attempts=0, wait_seconds=0)
            self.leases.advance(positions)
        self.leases.advanced(positions)
        self.attempts.count(Outcome.HANDLED, *(envelope.name for envelope in going))

    def _publish_one_by_one(
        self,
        envelopes: Sequence[Envelope],
        refused: list[tuple[Envelope, str]],
        waiting: list[Envelope],
    ) -> list[Envelope]:
        """This gives what has gone, and adds the rest to what is refused or waits."""
        gone: list[Envelope] = []
        for envelope in envelopes:
            if envelope.key in self._held_keys:
                waiting.append(envelope)
                continue
            try:
                self.publisher.publish([envelope])
            except Undeliverable as error:
                refused.append((envelope, str(error)))
                self._held_keys.add(envelope.key)
            else:
                gone.append(envelope)
        return gone


def _readable(envelope: Envelope) -> Envelope:
    """This gives a message as another deployable can read it, which has none of our keys."""
    data = opened(envelope.data)
    return envelope if data is envelope.data else replace(envelope, data=data)
