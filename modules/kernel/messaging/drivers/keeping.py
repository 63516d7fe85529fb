"""Threads that keep the logs: one a log, beating its pulse."""

from modules.kernel.messaging.drivers.threads import ThreadGroup
from modules.kernel.messaging.keeper import Keeper
from modules.kernel.messaging.logs import databases
from modules.kernel.messaging.pulse import Pulse, listen


def keep_logs(group: ThreadGroup) -> dict[str, Pulse]:
    """This adds a thread for each log, and gives the pulses by database."""
    pulses = {database: Pulse() for database in databases()}
    for database, pulse in pulses.items():
        _keep(group, database, pulse)
        group.at_stop(pulse.beat)
    return pulses


def _keep(group: ThreadGroup, database: str, pulse: Pulse) -> None:
    news = Pulse()
    group.at_stop(news.beat)
    group.at_stop(listen(database, news.beat))

    def run() -> None:
        keeper = Keeper(database, pulse)
        while not group.stopping.is_set():
            seen = news.beats
            wait_seconds = keeper.step()
            if wait_seconds:
                news.wait(seen, wait_seconds)
        keeper.close()

    group.add(f"keeper-{database}", run)
