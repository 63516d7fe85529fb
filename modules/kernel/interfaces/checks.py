"""Django's system checks for interfaces.

quarry.E014  a module runs elsewhere, and there are no keys to call it with
quarry.E015  a module is said to be here, and is not installed
quarry.E016  a module is to be moved here, and is not installed
quarry.E018  the module at the front is none of those that there are
quarry.W021  a module here asks one that is neither here nor said to be elsewhere (`check --deploy`)
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from modules.kernel.interfaces.callers import interfaces_of
from modules.kernel.interfaces.locations import Configured


def check_interfaces(
    *, app_configs: Sequence[AppConfig] | None = None, **options: Any
) -> list[CheckMessage]:
    """This is the system check: an error for each location that no call could reach."""
    locations = Configured(settings.QUARRY_LOCATIONS)
    found: list[CheckMessage] = []
    for module, said in settings.QUARRY_LOCATIONS.items():
        is_here = locations.of(module).is_here
        if not is_here and not settings.QUARRY_INTERNAL_KEYS:
            found.append(
                Error(
                    f"{module} runs at {said}, and QUARRY_INTERNAL_KEYS names no keys to sign "
                    "calls with",
                    hint="`manage.py interface_keys` makes them",
                    id="quarry.E014",
                )
            )
        if is_here and module not in settings.QUARRY_MODULES:
            found.append(
                Error(
                    f"QUARRY_MODULES_{module.upper()} is {said!r}, and {module} is not among the "
                    "modules of this process",
                    hint="add it to QUARRY_MODULES, or say at which URL it runs",
                    id="quarry.E015",
                )
            )
    for module in settings.QUARRY_AWAITED_MODULES:
        if module not in settings.QUARRY_MODULES:
            found.append(
                Error(
                    f"QUARRY_AWAITED_MODULES has {module!r}, which is not among the modules of "
                    "this process",
                    hint="add it to QUARRY_MODULES: a module waits where its code is",
                    id="quarry.E016",
                )
            )
    # The front of a service that was made for one module is elsewhere, and it may know no more.
    front = settings.QUARRY_FRONT
    if front and front not in settings.QUARRY_ALL_MODULES and not _is_service():
        found.append(
            Error(
                f"QUARRY_FRONT is {front!r}, and there is no such module: nobody gives out tokens",
                hint="name the module that browsers and clients come to, or '' for none",
                id="quarry.E018",
            )
        )
    return found


def check_what_is_asked(
    *, app_configs: Sequence[AppConfig] | None = None, **options: Any
) -> list[CheckMessage]:
    """This is the check of a deployment: a warning for each interface that nobody answers for.

    No error, for a module may have been moved elsewhere, which only a database tells.
    """
    if _is_service():
        return []  # It is told where the others run when it runs; see its README.
    return [
        Warning(
            f"{caller} asks {interface}, and nothing says where {module} runs",
            hint=f"say its URL by QUARRY_MODULES_{module.upper()}, or add it to QUARRY_MODULES",
            id="quarry.W021",
        )
        for caller in settings.QUARRY_MODULES
        for interface in interfaces_of(caller)
        if (module := interface.partition(".")[0]) not in settings.QUARRY_MODULES
        and module not in settings.QUARRY_LOCATIONS
    ]


def _is_service() -> bool:
    """This says whether the deployable was made for one module, whose name it has."""
    return settings.QUARRY_DEPLOYABLE in settings.QUARRY_MODULES
