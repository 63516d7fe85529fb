"""The two deployables of these tests: a database for each, in one process or in several."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

#: The deployable that publishes and the one that receives, by the alias of its database.
HERE, THERE = "here", "there"

#: Which modules are where; "" is the kernel's own work in the publishing deployable.
PLACES = {"probe": HERE, "": HERE, "audience": THERE}


@contextmanager
def two_databases(folder: Path, template: Path) -> Iterator[None]:
    """This gives both deployables an empty database in the folder.

    Args:
        template: a database with the tables; made where it is missing.
    """
    if not template.exists():
        with _known("template", template):
            call_command("migrate", "messaging", database="template", verbosity=0)
    with ExitStack() as both:
        for alias in (HERE, THERE):
            file = folder / f"{alias}.sqlite3"
            if not file.exists():
                shutil.copyfile(template, file)
            both.enter_context(_known(alias, file))
        yield


@contextmanager
def _known(alias: str, file: Path) -> Iterator[None]:
    configured = connections.configure_settings(
        {
            "default": {},
            alias: {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(file),
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 20,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
                },
            },
        }
    )
    connections.settings[alias] = configured[alias]
    before = settings.QUARRY_DATABASES
    settings.QUARRY_DATABASES = {**before, **{k: v for k, v in PLACES.items() if v == alias}}
    if alias == "template":
        settings.QUARRY_DATABASES = {**before, "template": alias}
    try:
        yield
    finally:
        settings.QUARRY_DATABASES = before
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]
