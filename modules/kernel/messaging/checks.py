"""Django's system check for messages.

quarry.E017  there is no driver of the name that the settings give
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
