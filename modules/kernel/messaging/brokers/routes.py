"""What crosses the broker: which messages this deployable sends out and which it takes in.

A deployable hosts some modules, and others host the rest: the settings say which, and placements,
since modules may move (`modules.kernel.placements.Hosting`). Out go all events of the modules here
and the commands to modules elsewhere; in come the events of modules elsewhere and the commands to
modules here, where a handler here waits for them. In comes too what a third deployable sends to a
module that is installed here and elsewhere now: when it comes back, not all of that need have been
received there.
"""

from __future__ import annotations

from django.conf import settings

from modules.kernel.contracts import Kind
from modules.kernel.messaging.brokers.port import Route
from modules.kernel.messaging.catalogue import message_classes, sent_names
from modules.kernel.messaging.followers import followers
from modules.kernel.messaging.subscriptions import Handler, Subscription, subscriptions
from modules.kernel.placements import Hosting, hosting

#: The consumer that carries messages to the broker.
RELAY = "relay"


def relayed_names(at: Hosting | None = None) -> tuple[str, ...]:
    """This gives the wire names of the messages that go out, sorted.

    Args:
        at: which modules are where; by default as it is now.
    """
    remote = (at or hosting()).remote
    events = {
        entry.contract.name
        for entry in message_classes()
        if entry.contract.kind is Kind.EVENT and entry.contract.module not in remote
    }
    commands = {name for name in sent_names() if _module_of(name) in remote}
    return tuple(sorted(events | commands))


def received_route(at: Hosting | None = None) -> Route:
    """This gives what comes in.

    Args:
        at: which modules are where; by default as it is now.
    """
    remote = (at or hosting()).remote
    kinds = {entry.contract.name: entry.contract.kind for entry in message_classes()}
    handled = {(one.module, name) for one in subscriptions() for name in one.handlers}
    # Read models too: what they are made of must stand in the log here.
    handled |= {(kind.module, name) for kind in followers() for name in kind.names or ()}
    names = set()
    for module, name in handled:
        # What a module elsewhere tells itself stands in the log there, and comes back with it.
        others = remote - {module}
        # The events of a module here stand in the log already, and so do commands among modules
        # here; a command from elsewhere comes under the same name.
        if others and (_module_of(name) in others or kinds[name] is Kind.COMMAND):
            names.add(name)
    return Route(
        deployable=settings.QUARRY_DEPLOYABLE,
        modules=tuple(sorted(remote)),
        names=tuple(sorted(names)),
    )


def relay_subscription(at: Hosting | None = None) -> Subscription:
    """This gives the relay as what it is, a consumer of the log; it publishes by itself."""
    nothing = Handler(record=lambda message, delivery: None)
    return Subscription(RELAY, "", dict.fromkeys(relayed_names(at), (nothing,)))


def _module_of(name: str) -> str:
    return name.partition(".")[0]
