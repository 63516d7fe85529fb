"""Which packages have tasks, and which tasks are run again and again."""

import importlib
import importlib.util
from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """This has a task started again and again.

    Attributes:
        task: its name, for example ``notifications.send_mails_left_behind``.
        every: from one start to the next.
    """

    task: str
    every: timedelta


def task_packages() -> list[str]:
    """This gives the installed apps of this project, each of which may have a ``tasks.py``."""
    return [config.name for config in apps.get_app_configs() if config.name.startswith("modules.")]


def periodic_tasks() -> tuple[Periodic, ...]:
    """This gives what the ``PERIODIC`` of each ``tasks.py`` names, in the order of the apps.

    Raises:
        TypeError: something in a ``PERIODIC`` is not a `Periodic`.
    """
    found: list[Periodic] = []
    for package in task_packages():
        name = f"{package}.tasks"
        if importlib.util.find_spec(name) is None:
            continue
        for entry in getattr(importlib.import_module(name), "PERIODIC", ()):
            if not isinstance(entry, Periodic):
                raise TypeError(f"{name}: PERIODIC has {entry!r}; its entries are Periodic(…)")
            found.append(entry)
    return tuple(found)
