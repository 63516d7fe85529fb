"""One consumer on one log: read, deliver in batches, set failures aside.

Called by the drivers, calls the handlers. Effects and checkpoint commit together (P3):
the whole batch in one transaction without savepoints, which would cost two round trips a
message; when one message fails, the batch is rolled back and redone message by message.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import structlog
from django.db import connections

from modules.kernel.messaging.advancing import LeaseLost
from modules.kernel.messaging.attempts import Attempts
from modules.kernel.messaging.call_threads import CallThreads
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.followers import AT_REST_SECONDS
from modules.kernel.messaging.handled_ahead import HandledAhead
from modules.kernel.messaging.leases import Leases, make_partitions
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.logs.port import SCAN_LIMIT
from modules.kernel.messaging.recent import Recent
from modules.kernel.messaging.set_aside import Held, SetAsides
from modules.kernel.messaging.subscriptions import Subscription
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.placements import Moved, is_in_charge
from modules.kernel.telemetry.deliveries import Outcome

#: Messages delivered in one transaction at the most.
BATCH = 200

_HUNGRY_SECONDS = 0.5
_FIRST_LOOK_SECONDS = 0.05
_LAST_LOOK_SECONDS = 1.0

_logger = structlog.get_logger("quarry.messaging")


class Consumer:
    """This is one subscription's reader of one log; an object is used by one thread."""

    def __init__(
        self,
        subscription: Subscription,
        *,
        database: str,
        source: str,
        owner: str,
        batch: int = BATCH,
        chance: random.Random | None = None,
        recent: Recent | None = None,
        at_once: int = 1,
    ) -> None:
        """
        Args:
            database: alias of the subscriber's database.
            source: alias of the database whose log is read.
            owner: this process and thread, unlike any other.
            recent: what this process knows of the log's end.
            at_once: calls out at the same time, in threads of their own; with one, in the caller's.
        """
        self.subscription = subscription
        self.database = database
        self.source = source
        self.batch = batch
        self.log = open_log(source, kept_in=database)
        # Of another database nobody here knows whether its last positions outlive a crash.
        self._recent = recent if recent is not None and database == source else Recent()
        self.leases = Leases(
            database=database, consumer=subscription.consumer, source=source, owner=owner
        )
        self.set_asides = SetAsides(
            database=database, consumer=subscription.consumer, source=source
        )
        self._handled_ahead = HandledAhead(
            database=database, consumer=subscription.consumer, source=source
        )
        self.attempts = Attempts(
            subscription, self.leases, self.set_asides, chance or random.Random()
        )
        self._call_threads = CallThreads(at_once)
        self._held_keys: set[str] = set()
        self._renew_at = 0.0
        self._look_at = 0.0
        self._look_seconds = _FIRST_LOOK_SECONDS
        self._has_begun = False
        self._rests = not is_in_charge(subscription.module)
        if not self._rests:
            self._begin()

    def step(self) -> int:
        """This deals with what is due and with one batch of what is new.

        Returns:
            How many messages were dealt with, or positions looked at where there are more;
            0 when there is nothing to do now.
        """
        if not is_in_charge(self.subscription.module):
            self._rest()
            return 0
        self._rests = False
        done = 0
        try:
            self._begin()
            self._keep_leases()
            if self.leases.held:
                done = self._retry_due() + self._deliver_next()
        except (LeaseLost, Moved) as lost:
            _logger.warning("lease_lost", consumer=self.subscription.consumer, detail=str(lost))
            self._call_threads.close()  # What the others are at is recorded by what is held.
            self.leases.forget()
            self._renew_at = 0.0
        finally:
            # Nothing to do, or one of their connections may have failed: the next have new ones.
            if not done:
                self._call_threads.close()
        return done

    @property
    def idle_seconds(self) -> float:
        """This is how long the driver may wait for news before it calls `step` again."""
        if self._rests:
            return AT_REST_SECONDS
        until_renewal = max(self._renew_at - time.monotonic(), 0.0)
        return min(until_renewal, self._look_seconds) if self._held_keys else until_renewal

    def look_again(self) -> None:
        """This has the next step look for what is due, however lately the last one looked."""
        self._look_at = 0.0

    def close(self) -> None:
        """This gives the partitions back; a further `step` claims what is free then."""
        self._call_threads.close()
        self.leases.release()
        self._renew_at = self._look_at = 0.0

    def _begin(self) -> None:
        """This makes the partitions: not before the module is in charge here, since another
        deployable may bring them along."""
        if not self._has_begun:
            make_partitions(
                database=self.database,
                consumer=self.subscription.consumer,
                source=self.source,
                start=self.log.head() if self.subscription.from_now else 0,
            )
            self._has_begun = True

    def _rest(self) -> None:
        """This holds nothing while the module is being moved, or is elsewhere."""
        self._rests = True
        if self.leases.held:
            self.close()
            self._held_keys.clear()

    def _keep_leases(self) -> None:
        now = time.monotonic()
        if now < self._renew_at:
            return
        gained = self.leases.renew()
        if gained:
            self._held_keys |= self.set_asides.keys(gained)
            self._handled_ahead.load(gained)
        if self._handled_ahead:
            self._handled_ahead.passed(
                {part: lease.saved for part, lease in self.leases.held.items()}
            )
        self._renew_at = now + (self.leases.seconds / 3 if self.leases.held else _HUNGRY_SECONDS)

    def _deliver_next(self) -> int:
        held = self.leases.held
        after = min(lease.cursor for lease in held.values())
        found, until = self._read(after)
        fresh = [message for message in found if message.position > held[message.partition].cursor]
        seen = len(fresh)
        if self._handled_ahead:
            fresh = [message for message in fresh if message.position not in self._handled_ahead]
        for run in _runs(fresh, self._has_own_transaction):
            self._deliver_run(run)
        for lease in held.values():
            if until > lease.cursor:
                lease.cursor = until
                lease.suspect = False
        if seen:
            return seen
        # Where the read was cut short, nothing for us is not yet the end of the log.
        was_cut = len(found) == self.batch or until - after >= SCAN_LIMIT
        return until - after if was_cut else 0

    def _read(self, after: int) -> tuple[Sequence[Envelope], int]:
        handlers, held = self.subscription.handlers, self.leases.held
        known = self._recent.since(after)
        if known is None:
            return self.log.read(
                after=after, names=list(handlers), parts=list(held), limit=self.batch
            )
        found = [one for one in known if one.name in handlers and one.partition in held]
        if len(found) > self.batch:
            found = found[: self.batch]
            return found, found[-1].position
        return found, known[-1].position if known else after

    def _has_own_transaction(self, envelope: Envelope) -> bool:
        """This is true of what calls out, and of what its last owner may have died of."""
        return self._calls_out(envelope.name) or self._is_suspect(envelope)

    def _calls_out(self, name: str) -> bool:
        # Of what is set aside, a release may have no handler any more.
        return any(one.call is not None for one in self.subscription.handlers.get(name, ()))

    def _is_suspect(self, envelope: Envelope) -> bool:
        return self.leases.held[envelope.partition].suspect

    def _deliver_run(self, run: Sequence[Envelope]) -> None:
        if self._has_own_transaction(run[0]):
            self._deliver_each(run)
            return
        try:
            self._deliver_together(run)
        except LeaseLost:
            raise
        except Exception as error:
            if not connections[self.database].is_usable():
                raise  # Nobody knows what was committed: begin again from what is stored.
            # Which one failed, and whether it fails again alone, the second pass tells.
            _logger.info(
                "batch_redone",
                consumer=self.subscription.consumer,
                size=len(run),
                error=repr(error),
            )
            self._deliver_each(run)

    def _deliver_together(self, run: Sequence[Envelope]) -> None:
        positions = {envelope.partition: envelope.position for envelope in run}
        with unit_of_work(self.subscription.module):
            if len(run) > 1:
                self.attempts.look_ahead(run)
            for together, some in itertools.groupby(run, key=self._goes_with):
                if together:
                    self.attempts.handle_together(list(some))
                    continue
                for envelope in some:
                    if envelope.key in self._held_keys:
                        self.set_asides.put(envelope, attempts=0, wait_seconds=0)
                    else:
                        self.attempts.handle(envelope, attempt=1)
            self.leases.advance(positions)
        self.leases.advanced(positions)
        handled = (envelope.name for envelope in run if envelope.key not in self._held_keys)
        self.attempts.count(Outcome.HANDLED, *handled)

    def _goes_with(self, envelope: Envelope) -> str:
        """This names what the message may be handed over together with; empty for nothing."""
        together = self.subscription.handlers[envelope.name][0].together
        return envelope.name if together and envelope.key not in self._held_keys else ""

    def _deliver_each(self, run: Sequence[Envelope]) -> None:
        """This sets each message aside with an attempt counted, and makes the attempt."""
        for envelope in run:
            beside = self._makes_room(envelope, not self._is_suspect(envelope))
            position = {envelope.partition: envelope.position}
            waits = envelope.key in self._held_keys
            with unit_of_work(self.subscription.module):
                if waits:
                    self.set_asides.put(envelope, attempts=0, wait_seconds=0)
                else:
                    self.set_asides.put(
                        envelope,
                        attempts=1,
                        wait_seconds=self.attempts.delay_seconds(envelope.name, attempts=1),
                    )
                self.leases.advance(position)
            self.leases.advanced(position)
            if not waits:
                self._attempt(envelope, 1, beside=beside)
        self._hear(self._call_threads.wait())

    def _makes_room(self, message: Envelope | Held, is_harmless: bool) -> bool:
        """This waits until a message may be tried, and tells whether beside others.

        Beside others are calls out, each of another key. What the process may have died of goes
        alone: it would take the attempts of the others with it, each time.
        """
        beside = self._call_threads.number > 1 and is_harmless and self._calls_out(message.name)
        self._hear(self._call_threads.wait(message.key if beside else None))
        return beside

    def _attempt(self, envelope: Envelope, number: int, *, beside: bool) -> None:
        attempt = partial(self.attempts.make, envelope, attempt=number)
        if beside:
            self._call_threads.begin(envelope.key, attempt)
        else:
            self._hear({envelope.key: attempt()})

    def _hear(self, made: Mapping[str, bool]) -> None:
        """This notes the keys that wait from now on for a message that has failed."""
        failed = {key for key, is_done in made.items() if not is_done}
        if failed:
            self._held_keys |= failed
            self._look_at, self._look_seconds = 0.0, _FIRST_LOOK_SECONDS

    def _retry_due(self) -> int:
        now = time.monotonic()
        if not self._held_keys or now < self._look_at:
            return 0
        due = self.set_asides.due(list(self.leases.held), limit=self.batch)
        if due:
            self._look_seconds = _FIRST_LOOK_SECONDS
            for held in due:
                beside = self._makes_room(held, held.is_harmless)
                again = self.attempts.begin_again(
                    held, self.log, forget=self._call_threads.number > 1
                )
                if again:
                    self._attempt(*again, beside=beside)
            self._hear(self._call_threads.wait())
            return len(due)
        # Nothing due: look again soon, then ever more rarely, for a parked key may stay for days.
        self._look_at = now + self._look_seconds
        self._look_seconds = min(self._look_seconds * 2, _LAST_LOOK_SECONDS)
        self._held_keys = self.set_asides.keys(self.leases.held)
        return 0


def _runs(envelopes: Sequence[Envelope], alone: Callable[[Envelope], bool]) -> list[list[Envelope]]:
    """This splits a batch where messages that go alone begin and end."""
    return [list(run) for _, run in itertools.groupby(envelopes, key=alone)]
