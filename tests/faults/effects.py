"""Consumers whose effect is one row a message, and what the rows tell in the end."""

from __future__ import annotations

import threading
from itertools import groupby

from django.db import DatabaseError, InterfaceError, connections

from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.subscriptions import Handler, Subscription
from modules.kernel.messaging.tests.probe import ThingHappened

_EFFECTS = (
    "CREATE TABLE faults_effect (id bigserial PRIMARY KEY, message_id uuid NOT NULL,"
    " thing text NOT NULL, number integer NOT NULL)"
)

_PAUSE_SECONDS = 0.005


def make_effects(alias: str) -> None:
    """This makes the table of the effects; nothing in it keeps a message from coming twice."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_EFFECTS)


def effect_consumer(alias: str, *, owner: str, batch: int = 20) -> Consumer:
    """This makes a consumer of the probe's event whose effects are in the same database."""

    def record(message: ThingHappened, delivery: Delivery) -> None:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "INSERT INTO faults_effect (message_id, thing, number) VALUES (%s, %s, %s)",
                [delivery.message_id, message.thing, message.number],
            )

    return Consumer(
        Subscription("probe", "probe", {"probe.thing_happened": (Handler(record=record),)}),
        database=alias,
        source=alias,
        owner=owner,
        batch=batch,
    )


def keep_consuming(alias: str, owner: str, stop: threading.Event) -> None:
    """This delivers until it is stopped; each time its connection is cut it begins anew."""
    life = 0
    try:
        while not stop.is_set():
            life += 1
            try:
                with connections[alias].cursor() as cursor:
                    cursor.execute("SET application_name = 'consumer'")
                consumer = effect_consumer(alias, owner=f"{owner}:{life}")
                while not stop.is_set():
                    if not consumer.step():
                        stop.wait(_PAUSE_SECONDS)
            except (DatabaseError, InterfaceError):
                connections[alias].close()
    finally:
        connections[alias].close()


def effects_by_thing(alias: str) -> dict[str, list[int]]:
    """This gives the numbers of each key's effects, in the order in which they were made."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT thing, number FROM faults_effect ORDER BY thing, id")
        rows = cursor.fetchall()
    return {thing: [row[1] for row in group] for thing, group in groupby(rows, lambda row: row[0])}
