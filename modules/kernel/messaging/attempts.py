"""Making an attempt: decode, call the handlers, keep the outcome."""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from modules.kernel.contracts import Kind
from modules.kernel.messaging.advancing import LeaseLost
from modules.kernel.messaging.context import Causes, caused_by
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.leases import Leases
from modules.kernel.messaging.logs import Log
from modules.kernel.messaging.set_aside import Held, SetAsides, delay_seconds
from modules.kernel.messaging.subscriptions import RetryPolicy, Subscription
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.messaging.upcasting import read
from modules.kernel.messaging.watch import Watch
from modules.kernel.telemetry import deliveries
from modules.kernel.telemetry.deliveries import Outcome

_logger = structlog.get_logger("quarry.messaging")
_tracer = trace.get_tracer("quarry.messaging")
_propagator = TraceContextTextMapPropagator()


class Attempts:
    """This makes the attempts of one consumer."""

    def __init__(
        self,
        subscription: Subscription,
        leases: Leases,
        set_asides: SetAsides,
        chance: random.Random,
    ) -> None:
        self.subscription = subscription
        self.leases = leases
        self.set_asides = set_asides
        self.chance = chance
        self.watch = Watch()

    def handle(self, envelope: Envelope, *, attempt: int, results: Sequence[object] = ()) -> None:
        """This calls the handlers of a message in the open transaction."""
        handle(self.subscription, envelope, attempt=attempt, results=results, watch=self.watch)

    def look_ahead(self, envelopes: Sequence[Envelope]) -> None:
        """This lets handlers read what a batch needs, in the open transaction."""
        ahead: dict[Callable[[Sequence[Envelope]], None], list[Envelope]] = {}
        for envelope in envelopes:
            for handler in self.subscription.handlers[envelope.name]:
                if handler.ahead is not None:
                    ahead.setdefault(handler.ahead, []).append(envelope)
        for look, some in ahead.items():
            look(some)

    def handle_together(self, envelopes: Sequence[Envelope]) -> None:
        """This hands messages of one name over in one call, in the open transaction."""
        handle_together(self.subscription, envelopes, attempt=1, watch=self.watch)

    def make(self, envelope: Envelope, *, attempt: int) -> bool:
        """This makes one attempt at a message that is set aside; False when it failed."""
        try:
            results = call_out(self.subscription, envelope, attempt=attempt, watch=self.watch)
            with unit_of_work(self.subscription.module):
                self.handle(envelope, attempt=attempt, results=results)
                self.set_asides.remove(envelope.position)
                self.leases.fence(envelope.partition)
        except LeaseLost:
            raise
        except Exception as error:
            self._failed(envelope, attempt, error)
            return False
        self.count(Outcome.HANDLED, envelope.name)
        return True

    def begin_again(self, held: Held, log: Log, *, forget: bool) -> tuple[Envelope, int] | None:
        """This counts one more attempt at a message set aside.

        Args:
            forget: what the last attempt said, as in `SetAsides.count_attempt`.

        Returns:
            The message and the number of the attempt; None where it is parked instead.
        """
        try:
            policy = self.policy(held.name)
        except KeyError:
            # A release has none any more. Parked, as below: the whole consumer would end here.
            self._park(held, "there is no handler of it any more")
            return None
        if held.attempts >= policy.attempts:
            # Counted, and never answered: the process died in each of them.
            self._park(held, "the process ended during the last attempt")
            return None
        found, _ = log.read(after=held.position - 1, names=[held.name], parts=[held.part], limit=1)
        if not found or found[0].position != held.position:
            # Parked, not raised: the other keys of the consumer would wait for it for ever.
            self._park(held, "it is not in the log any more")
            return None
        attempt = held.attempts + 1
        with unit_of_work(self.subscription.module):
            self.leases.fence(held.part)
            self.set_asides.count_attempt(
                held.position,
                wait_seconds=self.delay_seconds(held.name, attempts=attempt),
                forget=forget,
            )
        return found[0], attempt

    def _park(self, held: Held, error: str) -> None:
        with unit_of_work(self.subscription.module):
            self.leases.fence(held.part)
            self.set_asides.park(held.position, error)
        self.count(Outcome.PARKED, held.name)

    def policy(self, name: str) -> RetryPolicy:
        return self.subscription.handlers[name][0].retry

    def delay_seconds(self, name: str, *, attempts: int) -> float:
        return delay_seconds(self.policy(name), attempts=attempts, chance=self.chance)

    def count(self, outcome: Outcome, *names: str) -> None:
        """This counts, for the metrics, what came of messages; once that is committed."""
        deliveries.count(self.subscription.consumer, names, outcome)

    def _failed(self, envelope: Envelope, attempt: int, error: Exception) -> None:
        last = attempt >= self.policy(envelope.name).attempts
        _logger.warning(
            "message_parked" if last else "message_failed",
            consumer=self.subscription.consumer,
            name=envelope.name,
            position=envelope.position,
            attempt=attempt,
            error=repr(error),
        )
        said = "".join(traceback.format_exception(error))
        with unit_of_work(self.subscription.module):
            self.leases.fence(envelope.partition)
            if last:
                self.set_asides.park(envelope.position, said)
            else:
                self.set_asides.failed(envelope.position, said)
        self.count(Outcome.PARKED if last else Outcome.FAILED, envelope.name)


def call_out(
    subscription: Subscription, envelope: Envelope, *, attempt: int, watch: Watch
) -> Sequence[object]:
    """This makes the calls of a handler that has one, outside any transaction.

    Returns:
        What each message that the envelope is read as gave; nothing without a `call`.
    """
    handler = subscription.handlers[envelope.name][0]
    if handler.call is None:
        return ()
    results = []
    for message, delivery in _received(subscription, envelope, attempt):
        with (
            _working_on(envelope, delivery, "call"),
            deliveries.call_timed(subscription.consumer, envelope.name),
            watch.limit(handler.time_limit_seconds),
        ):
            results.append(handler.call(message, delivery))
    return results


def handle(
    subscription: Subscription,
    envelope: Envelope,
    *,
    attempt: int,
    results: Sequence[object] = (),
    watch: Watch,
) -> None:
    """This decodes a message and calls its handlers, in the caller's transaction.

    Args:
        results: what the handler's `call` gave, where it has one.
    """
    handlers = subscription.handlers[envelope.name]
    if handlers[0].together:
        handle_together(subscription, [envelope], attempt=attempt, watch=watch)
        return
    received = _received(subscription, envelope, attempt)
    for number, (message, delivery) in enumerate(received):
        with (
            _working_on(envelope, delivery, "handle"),
            deliveries.handler_timed(subscription.consumer, envelope.name),
        ):
            for handler in handlers:
                with watch.limit(handler.time_limit_seconds):
                    if handler.call is not None:
                        handler.record(message, results[number], delivery)
                    else:
                        handler.record(message, delivery)


def handle_together(
    subscription: Subscription, envelopes: Sequence[Envelope], *, attempt: int, watch: Watch
) -> None:
    """This decodes messages of one name and hands them to their handler in one call.

    They have no one cause, so what the handler appends names none: such a handler is for
    rows, not for messages.
    """
    (handler,) = subscription.handlers[envelopes[0].name]
    received = [one for envelope in envelopes for one in _received(subscription, envelope, attempt)]
    if not received:
        return
    published = (_publisher_of(envelope) for envelope in envelopes)
    links = [trace.Link(context) for context in published if context.is_valid]
    with (
        _tracer.start_as_current_span(f"handle {envelopes[0].name}", links=links),
        deliveries.handler_timed(subscription.consumer, envelopes[0].name),
        watch.limit(handler.time_limit_seconds),
    ):
        handler.record(received)


def _received(
    subscription: Subscription, envelope: Envelope, attempt: int
) -> list[tuple[object, Delivery]]:
    """This reads a message: one as a rule; upcast from an older version, any number."""
    return [
        (
            one.message,
            Delivery(
                envelope=envelope,
                consumer=subscription.consumer,
                attempt=attempt,
                request_id=_request_of(envelope, one.entry.contract.kind),
            ),
        )
        for one in read(envelope.name, envelope.schema_version, envelope.data)
        # What an upcaster made of another name is for who handles that name in the log.
        if one.entry.contract.name == envelope.name
    ]


@contextmanager
def _working_on(envelope: Envelope, delivery: Delivery, what: str) -> Iterator[None]:
    """This makes a message the cause of what happens inside the block."""
    message_id = delivery.message_id
    causes = Causes(
        correlation_id=envelope.headers.get("correlationid", message_id),
        causation_id=message_id,
        request_id=delivery.request_id,
        actor=envelope.headers.get("actor", ""),
        reason=envelope.headers.get("reason", ""),
    )
    with (
        caused_by(causes),
        _tracer.start_as_current_span(
            f"{what} {envelope.name}", context=_propagator.extract(envelope.headers)
        ),
    ):
        yield


def _request_of(envelope: Envelope, kind: Kind) -> str:
    """This gives the command that an answer to the message refers to.

    What a command causes answers that command; what an event causes answers nobody, unless
    the event itself already belongs to an answer on its way.
    """
    own = str(envelope.message_id) if kind is Kind.COMMAND else ""
    return envelope.headers.get("requestid", own)


def _publisher_of(envelope: Envelope) -> trace.SpanContext:
    """This gives the span in which the message was appended; not a valid one without any."""
    return trace.get_current_span(_propagator.extract(envelope.headers)).get_span_context()
