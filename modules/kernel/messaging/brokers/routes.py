"""What crosses the broker: which messages this deployable sends out and which it takes in.

A deployable hosts some modules; QUARRY_REMOTE_MODULES names those that others host. Out go
all events of the modules here and the commands to modules elsewhere; in come the events of
modules elsewhere and the commands to modules here, where a handler here waits for them.
"""

from __future__ import annotations

from django.conf import settings

from modules.kernel.contracts import Kind
from modules.kernel.messaging.brokers.port import Route
from modules.kernel.messaging.catalogue import message_classes, sent_names
from modules.kernel.messaging.followers import followers
from modules.kernel.messaging.subscriptions import Handler, Subscription, subscriptions

#: The consumer that carries messages to the broker.
RELAY = "relay"


def is_distributed() -> bool:
    """This is true where some modules run elsewhere and there is a broker between."""
    return bool(settings.QUARRY_BROKER_URL and settings.QUARRY_REMOTE_MODULES)


def relayed_names() -> tuple[str, ...]:
    """This gives the wire names of the messages that go out, sorted."""
    events = {
        entry.contract.name
        for entry in message_classes()
        if entry.contract.kind is Kind.EVENT and not _is_remote(entry.contract.module)
    }
    commands = {name for name in sent_names() if _is_remote(_module_of(name))}
    return tuple(sorted(events | commands))


def received_route() -> Route:
    """This gives what comes in."""
    kinds = {entry.contract.name: entry.contract.kind for entry in message_classes()}
    handled = {name for one in subscriptions() for name in one.handlers}
    # Read models too: what they are made of must stand in the log here.
    handled |= {name for kind in followers() for name in kind.names or ()}
    names = [
        name
        for name in handled
        # The events of a module here stand in the log already, and so do commands among modules
        # here; a command from elsewhere comes under the same name.
        if _is_remote(_module_of(name)) or kinds[name] is Kind.COMMAND
    ]
    return Route(
        deployable=settings.QUARRY_DEPLOYABLE,
        modules=tuple(sorted(settings.QUARRY_REMOTE_MODULES)),
        names=tuple(sorted(names)),
    )


def relay_subscription() -> Subscription:
    """This gives the relay as what it is, a consumer of the log; it publishes by itself."""
    nothing = Handler(record=lambda message, delivery: None)
    return Subscription(RELAY, "", dict.fromkeys(relayed_names(), (nothing,)))


def _is_remote(module: str) -> bool:
    return module in settings.QUARRY_REMOTE_MODULES


def _module_of(name: str) -> str:
    return name.partition(".")[0]
