"""Which queue a task goes to: one a module, so that each module's work can be scaled alone."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings


def route(
    name: str, args: object, kwargs: dict[str, Any] | None, options: object, **_: object
) -> dict[str, str]:
    """This is Celery's ``task_routes``: a module's tasks, and its wake-ups, on its own queue.

    A task belongs to the module that its name begins with, ``notifications.send_mail``, or
    to the one it is told of by the keyword argument ``module``.
    """
    return {"queue": queue_of(module_of_task(name, kwargs or {}))}


def module_of_task(name: str, kwargs: Mapping[str, Any]) -> str:
    """This gives the module, or the kernel's package, that a task belongs to."""
    return str(kwargs.get("module") or name.partition(".")[0])


def queue_of(module: str) -> str:
    """This gives the queue of a module, or of a kernel package that has tasks."""
    return f"{settings.QUARRY_QUEUE_PREFIX}.{module}"
