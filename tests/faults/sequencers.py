"""Sequencers that live short lives: several want to lead, and none ends in good order for long."""

from __future__ import annotations

import random
import threading

from django.db import DatabaseError, InterfaceError, connections

from modules.kernel.messaging.logs import LeadershipLost
from modules.kernel.messaging.logs.postgresql import LEADER_LOCK, PostgresqlLog

_PAUSE_SECONDS = 0.002


def keep_sequencing(alias: str, stop: threading.Event, chance: random.Random) -> None:
    """This leads the log again and again, and each time ends in another way."""
    try:
        while not stop.is_set():
            try:
                with connections[alias].cursor() as cursor:
                    cursor.execute("SET application_name = 'sequencer'")
                _live(alias, stop, chance)
            except (DatabaseError, InterfaceError, LeadershipLost):
                connections[alias].close()  # Cut, or told that another leads now.
    finally:
        connections[alias].close()


def _live(alias: str, stop: threading.Event, chance: random.Random) -> None:
    log = PostgresqlLog(alias)
    ticks = chance.randrange(1, 80)
    while not log.lead():
        if stop.wait(_PAUSE_SECONDS):
            return
    for _ in range(ticks):
        if not log.tick() and stop.wait(_PAUSE_SECONDS):
            return
    match chance.choice(["resigns", "dies", "sleeps through its successor's election"]):
        case "resigns":
            log.resign()
        case "dies":
            connections[alias].close()
        case _:
            _tick_on_without_the_lock(alias, log, stop, ticks)


def _tick_on_without_the_lock(
    alias: str, log: PostgresqlLog, stop: threading.Event, ticks: int
) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LEADER_LOCK])
    for _ in range(ticks):
        stop.wait(_PAUSE_SECONDS)
        log.tick()
