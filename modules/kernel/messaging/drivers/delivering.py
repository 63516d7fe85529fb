"""Threads that deliver: one a consumer and log, and a watchdog over their handlers.

What the embedded driver and `manage.py worker` share.
"""

from collections.abc import Mapping, Sequence

from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.drivers.crossing import cross
from modules.kernel.messaging.drivers.following import follow_logs
from modules.kernel.messaging.drivers.keeping import keep_logs
from modules.kernel.messaging.drivers.owner import owner_here
from modules.kernel.messaging.drivers.placing import notice_moves
from modules.kernel.messaging.drivers.threads import ThreadGroup
from modules.kernel.messaging.drivers.watchdog import watch_over
from modules.kernel.messaging.followers import followers
from modules.kernel.messaging.pulse import Pulse
from modules.kernel.messaging.subscriptions import Subscription, subscriptions
from modules.kernel.messaging.unit_of_work import database_of_module


def message_threads(modules: Sequence[str] = ()) -> ThreadGroup:
    """This makes the threads that move the messages of some modules, or of all, here."""
    group = ThreadGroup()
    pulses = keep_logs(group)
    consumers: dict[str, Consumer] = {}
    for subscription in subscriptions():
        if not modules or subscription.module in modules:
            _deliver(group, subscription, pulses, consumers)
    here = [kind for kind in followers() if not modules or kind.module in {*modules, ""}]
    follow_logs(group, here, pulses)
    cross(group, pulses)
    notice_moves(group, *(pulse.beat for pulse in pulses.values()))

    group.add("watchdog", lambda: watch_over(consumers, group.stopping))
    return group


def _deliver(
    group: ThreadGroup,
    subscription: Subscription,
    pulses: Mapping[str, Pulse],
    consumers: dict[str, Consumer],
) -> None:
    for source, pulse in pulses.items():

        def run(source: str = source, pulse: Pulse = pulse) -> None:
            consumer = Consumer(
                subscription,
                database=database_of_module(subscription.module),
                source=source,
                owner=owner_here(),
                recent=pulse.recent,
                at_once=subscription.at_once,
            )
            consumers[f"{subscription.consumer} on {source}"] = consumer
            while not group.stopping.is_set():
                seen = pulse.beats
                if not consumer.step():
                    pulse.wait(seen, consumer.idle_seconds, subscription.handlers)
            consumer.close()

        group.add(f"{subscription.consumer}-{source}", run)
