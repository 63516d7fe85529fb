"""A thread that notices when a module moves, and wakes those who wait for messages.

They look at placements themselves before they begin anything: this is so that they look soon.
"""

from collections.abc import Callable

from modules.kernel.messaging.drivers.threads import ThreadGroup
from modules.kernel.placements import PLACEMENT_SECONDS, placements


def notice_moves(group: ThreadGroup, *actions: Callable[[], object]) -> None:
    """This adds a thread that calls the actions each time that a module has moved."""

    def run() -> None:
        seen = placements().known()
        while not group.stopping.wait(PLACEMENT_SECONDS):
            known = placements().known()
            if known is not seen:
                seen = known
                for action in actions:
                    action()

    group.add("placements", run)
