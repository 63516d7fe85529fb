"""`manage.py probe_load`: has things happen until it is told to stop, or is killed."""

import random
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError, connections
from django.db.models import F

from modules.kernel.messaging.unit_of_work import database_of_module, unit_of_work
from tests.faults.probe_module.contracts import ThingHappened
from tests.faults.probe_module.models import Thing

_THINGS = 20
_LONGEST_PAUSE_SECONDS = 0.04


class Command(BaseCommand):
    help = "Append events at random until SIGTERM; a database that is away is waited for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, required=True)
        parser.add_argument("--thing", help="always the same, and once a transaction")
        parser.add_argument("--count", type=int, help="stop after so many transactions")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        chance = random.Random(options["seed"])
        left = options["count"] or float("inf")
        while left > 0 and not stop.wait(chance.uniform(0, _LONGEST_PAUSE_SECONDS)):
            try:
                if options["thing"]:
                    _happen(options["thing"], times=1)
                else:
                    _happen(f"thing-{chance.randrange(_THINGS)}", times=chance.randrange(1, 4))
                left -= 1
            except (DatabaseError, InterfaceError):
                connections[database_of_module("probe")].close()


def _happen(thing: str, *, times: int) -> None:
    with unit_of_work("probe") as work:
        for _ in range(times):
            updated = Thing.objects.filter(name=thing).update(count=F("count") + 1)
            if not updated:  # The first; of two that are, one fails and is not counted.
                Thing.objects.create(name=thing, count=1)
            number = Thing.objects.get(name=thing).count
            work.append(ThingHappened(thing=thing, number=number))
