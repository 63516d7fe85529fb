"""Django's system checks for messages.

quarry.E017  there is no driver of the name that the settings give
quarry.E019  Celery is the driver, and its broker reaches one process only (`check --deploy`)
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

from modules.kernel.messaging.drivers import DRIVERS


def check_driver(
    *, app_configs: Sequence[AppConfig] | None = None, **options: Any
) -> list[CheckMessage]:
    """This is the system check: an error where no process would move messages."""
    if settings.QUARRY_DRIVER in DRIVERS:
        return []
    return [
        Error(
            f"QUARRY_DRIVER is {settings.QUARRY_DRIVER!r}: nothing would move messages",
            hint=f"it may be {', '.join(DRIVERS[:-1])} or {DRIVERS[-1]}",
            id="quarry.E017",
        )
    ]


def check_celery_broker(
    *, app_configs: Sequence[AppConfig] | None = None, **options: Any
) -> list[CheckMessage]:
    """This is the check of a deployment: an error where no worker would hear of a message."""
    broker = settings.CELERY_BROKER_URL
    if settings.QUARRY_DRIVER != "celery" or not broker.startswith("memory:"):
        return []
    return [
        Error(
            f"CELERY_BROKER_URL is {broker!r}, which reaches the threads of one process only, and "
            "QUARRY_DRIVER is 'celery': nothing would move messages",
            hint="name a broker, such as amqp://…, or another driver",
            id="quarry.E019",
        )
    ]
