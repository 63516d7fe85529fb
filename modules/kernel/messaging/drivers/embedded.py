"""The embedded driver: threads inside the web process move the messages."""

import atexit

from django.conf import settings

from modules.kernel.messaging.drivers.threads import MessageThreads


def start_if_configured() -> None:
    """This starts the threads where `QUARRY_DRIVER` is ``embedded``, until the process ends."""
    if settings.QUARRY_DRIVER != "embedded":
        return
    threads = MessageThreads()
    threads.start()
    atexit.register(threads.stop)
