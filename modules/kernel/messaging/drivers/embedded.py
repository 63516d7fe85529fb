"""The embedded driver: threads inside the web process move the messages and run the tasks."""

import atexit

import celery
from django.conf import settings

from modules.kernel.messaging.drivers.delivering import message_threads
from modules.kernel.tasks import embedded as embedded_tasks


def start_if_configured() -> None:
    """This starts the threads where `QUARRY_DRIVER` is ``embedded``, until the process ends."""
    if settings.QUARRY_DRIVER != "embedded":
        return
    tasks = embedded_tasks.start(celery.current_app)
    if tasks is not None:
        atexit.register(tasks.stop)
    threads = message_threads()
    threads.start()
    atexit.register(threads.stop)
