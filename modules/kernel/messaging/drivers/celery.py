"""The Celery driver: one queue a module, which carries wake-ups and never data.

In each Celery worker a thread keeps the logs. After a tick it tells the queue of each
module that the tick had something for; whichever worker takes that task delivers what
waits (`modules.kernel.messaging.tasks`). A wake-up that is lost costs time only: the
periodic sweep sends them all again. So the whole Celery broker may be lost, and nothing
with it.
"""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

from modules.kernel.messaging.drivers.crossing import cross
from modules.kernel.messaging.drivers.following import follow_logs
from modules.kernel.messaging.drivers.keeping import keep_logs
from modules.kernel.messaging.drivers.placing import notice_moves
from modules.kernel.messaging.drivers.threads import ThreadGroup
from modules.kernel.messaging.followers import followers, modules_following
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.pulse import Pulse
from modules.kernel.messaging.subscriptions import modules_handling, subscriptions
from modules.kernel.placements import is_in_charge

_logger = structlog.get_logger("quarry.messaging")

DELIVER = "messaging.deliver"

#: A wake-up that nobody has taken for so long has been overtaken by a sweep.
_EXPIRES_SECONDS = 30

_IDLE_SECONDS = 1.0


def wake_threads() -> ThreadGroup:
    """This makes the threads that keep the logs in a Celery worker and wake the modules."""
    group = ThreadGroup()
    pulses = keep_logs(group)
    for database, pulse in pulses.items():
        _wake_after_ticks(group, database, pulse)
    follow_logs(group, [kind for kind in followers() if not kind.module], pulses)
    cross(group, pulses)
    notice_moves(group, *(pulse.beat for pulse in pulses.values()), wake_all_modules)
    return group


def wake_module(module: str) -> None:
    """This tells the module's queue that something may wait; the broker may be away.

    Not of a module that this deployable is not in charge of: nothing would be delivered.
    """
    if not is_in_charge(module):
        return
    try:
        current_app.send_task(
            DELIVER, kwargs={"module": module}, expires=_EXPIRES_SECONDS, retry=False
        )
    except OperationalError as error:
        _logger.warning("wake_up_not_sent", module=module, error=repr(error))


def wake_all_modules() -> None:
    """This wakes every module that handles or follows messages."""
    following = {kind.module for kind in followers()} - {""}
    for module in sorted({one.module for one in subscriptions()} | following):
        wake_module(module)


def _wake_after_ticks(group: ThreadGroup, database: str, pulse: Pulse) -> None:
    def run() -> None:
        log = open_log(database, kept_in=database)
        seen_position = log.head()
        while not group.stopping.is_set():
            seen = pulse.beats
            head = log.head()
            if head > seen_position:
                names = log.names(after=seen_position, until=head)
                for module in sorted({*modules_handling(names), *modules_following(names)}):
                    wake_module(module)
                seen_position = head
            pulse.wait(seen, _IDLE_SECONDS)

    group.add(f"waker-{database}", run)
