"""What the probe does with what it hears."""

import os

from django.db import connections

from modules.kernel.messaging import Delivery
from modules.kernel.messaging.unit_of_work import database_of_module
from tests.faults.probe_module.contracts import ThingHappened
from tests.faults.probe_module.gate import GATE, GATED
from tests.faults.probe_module.models import Effect


def on_thing_happened(message: ThingHappened, delivery: Delivery) -> None:
    Effect.objects.create(thing=message.thing, number=message.number, process=os.getpid())
    if message.thing == GATED:
        with connections[database_of_module("probe")].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [GATE])
