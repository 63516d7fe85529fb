"""The embedded driver: threads inside the web process move the messages and run the tasks."""

import atexit

import celery
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from modules.kernel.messaging.checks import check_driver
from modules.kernel.messaging.drivers.delivering import message_threads
from modules.kernel.tasks import embedded as embedded_tasks


def start_if_configured() -> None:
    """This starts the threads where `QUARRY_DRIVER` is ``embedded``, until the process ends.

    Raises:
        ImproperlyConfigured: there is no such driver. A web server runs no system checks: it
            would serve, and nothing would come of what it is asked.
    """
    for wrong in check_driver():
        raise ImproperlyConfigured(str(wrong))
    if settings.QUARRY_DRIVER != "embedded":
        return
    tasks = embedded_tasks.start(celery.current_app)
    if tasks is not None:
        atexit.register(tasks.stop)
    threads = message_threads()
    threads.start()
    atexit.register(threads.stop)
