"""Who handles what: consumers, and the handlers of each. Filled when the apps are ready."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from modules.kernel.contracts import contract_of
from modules.kernel.messaging.catalogue import register_versions
from modules.kernel.messaging.envelope import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """This says how often and how soon a failed message is tried again.

    The delay before attempt n + 1 is first × 2ⁿ⁻¹, at most `longest`, with full jitter
    between half of it and all of it.
    """

    attempts: int = 8
    first: timedelta = timedelta(milliseconds=100)
    longest: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """This is what is done with a message.

    Attributes:
        record: ``record(message, delivery)`` in the consumer's transaction; with `call`,
            ``record(message, result, delivery)``; with `together`, ``record(received)``, a
            sequence of pairs of a message and its delivery.
        call: ``call(message, delivery) -> result``, outside any transaction, at least once.
        ahead: ``ahead(envelopes)``, in the transaction of a batch before its messages are
            handled one by one, to read in one statement what they all need.
        together: messages that follow one another are handed over in one call.
        retry: what happens when one of them raises.
        time_limit_seconds: after which it counts as failed.
    """

    record: Callable[..., None]
    call: Callable[..., object] | None = None
    ahead: Callable[[Sequence[Envelope]], None] | None = None
    together: bool = False
    retry: RetryPolicy = RetryPolicy()
    time_limit_seconds: float = 60.0


@dataclass(slots=True)
class Subscription:
    """This is one consumer: a module's name for a place in the logs, and its handlers.

    Attributes:
        from_now: a consumer that has never run begins at the end of the log, not at its start.
        at_once: how many calls out a process makes at the same time, each for another key.
    """

    consumer: str
    module: str
    handlers: dict[str, tuple[Handler, ...]] = field(default_factory=dict)
    from_now: bool = False
    at_once: int = 1


_subscriptions: dict[str, Subscription] = {}


def subscribe(
    *,
    consumer: str,
    module: str,
    message_class: type,
    handler: Handler,
    from_now: bool = False,
    at_once: int = 1,
) -> None:
    """This adds a handler to a consumer.

    Several handlers of one message run in the order of their registration, in one
    transaction.

    Raises:
        ValueError: the consumer belongs to another module, or one of the handlers calls out
            or takes its messages together.
    """
    register_versions(message_class)
    subscription = _subscriptions.setdefault(consumer, Subscription(consumer, module))
    if subscription.module != module:
        raise ValueError(
            f"the consumer {consumer!r} belongs to {subscription.module}, not {module}"
        )
    subscription.from_now |= from_now
    subscription.at_once = max(subscription.at_once, at_once)
    name = contract_of(message_class).name
    present = subscription.handlers.get(name, ())
    if present and (handler.call or present[0].call):
        raise ValueError(
            f"the consumer {consumer!r} handles {name} already; a handler that calls out "
            "needs a consumer of its own, or the call would be repeated with the others"
        )
    if present and (handler.together or present[0].together):
        raise ValueError(
            f"the consumer {consumer!r} handles {name} already; a handler that takes its "
            "messages together needs a consumer of its own, or they would overtake the others"
        )
    subscription.handlers[name] = (*present, handler)


def subscriptions() -> tuple[Subscription, ...]:
    """This gives all consumers of this deployable, sorted by name."""
    return tuple(_subscriptions[name] for name in sorted(_subscriptions))


def modules_handling(names: Collection[str]) -> tuple[str, ...]:
    """This gives the modules that handle at least one of the messages, sorted."""
    handling = {
        one.module for one in _subscriptions.values() if not one.handlers.keys().isdisjoint(names)
    }
    return tuple(sorted(handling))


def subscription(consumer: str) -> Subscription:
    """This gives one consumer.

    Raises:
        LookupError: there is none of the name.
    """
    try:
        return _subscriptions[consumer]
    except KeyError:
        known = ", ".join(sorted(_subscriptions)) or "none"
        raise LookupError(f"there is no consumer {consumer!r}; known: {known}") from None
