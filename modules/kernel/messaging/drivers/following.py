"""Threads that step followers: one a follower and log, beside those that deliver."""

from collections.abc import Iterable, Mapping

from modules.kernel.messaging.drivers.threads import ThreadGroup
from modules.kernel.messaging.followers import FollowerKind
from modules.kernel.messaging.pulse import Pulse


def follow_logs(
    group: ThreadGroup, kinds: Iterable[FollowerKind], pulses: Mapping[str, Pulse]
) -> None:
    """This adds a thread for each follower and log."""
    for kind in kinds:
        for source, pulse in pulses.items():
            _follow(group, kind, source, pulse)


def _follow(group: ThreadGroup, kind: FollowerKind, source: str, pulse: Pulse) -> None:
    def run() -> None:
        follower = kind.follower(source)
        while not group.stopping.is_set():
            seen = pulse.beats
            if not follower.step():
                pulse.wait(seen, follower.idle_seconds, kind.names)
        follower.close()

    group.add(f"{kind.name}-{source}", run)
