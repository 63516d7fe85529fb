"""What a module's consumers have had in the service, told to them in the log here.

The log here has the messages in an order of its own. So a checkpoint here is the place before the
first message that was not delivered there, and each later one that was is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from modules.kernel.extraction.moving import deliveries
from modules.kernel.extraction.moving.arrivals import Heard, arrived
from modules.kernel.extraction.moving.errors import Differs
from modules.kernel.extraction.moving.hearing import Hearing
from modules.kernel.extraction.moving.sides import Side, portions
from modules.kernel.messaging import inbox
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.envelope import PARTITIONS
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.logs.port import SCAN_LIMIT

#: Consumer and partition.
Place = tuple[str, int]


def places_here(
    service: Side, here: Side, hearing: Hearing, *, floor: int
) -> tuple[dict[Place, int], list[tuple[str, int, int]]]:
    """This compares the log here with what was delivered in the service.

    Args:
        floor: the position up to which everything was delivered.

    Returns:
        The checkpoint of each consumer in each partition, and each position beyond it that is
        done, with its consumer and partition.
    """
    delivered = {
        (consumer, part): int(checkpoint)
        for consumer, part, checkpoint in deliveries.checkpoints(service, hearing)
    }
    head = open_log(here.alias).head()
    first_open: dict[Place, int] = {}
    done: list[tuple[str, int, int]] = []
    for some in _messages(here, hearing, floor, head):
        there = positions(service, [one.identity for one in some])
        missing = [one for one in some if one.identity not in there]
        # Gone there: retention deletes nothing that one of its consumers has not had.
        gone = arrived(service, here, hearing.module, missing)
        for one in some:
            place_there = there.get(one.identity)
            for consumer, names in hearing.by_consumer.items():
                if one.name not in names:
                    continue
                place = (consumer, one.part)
                was_delivered = (
                    one.position in gone
                    if place_there is None
                    else place_there <= delivered.get(place, 0)
                )
                if not was_delivered:
                    first_open.setdefault(place, one.position)
                elif place in first_open:
                    done.append((*place, one.position))
    places = {
        (consumer, part): first_open.get((consumer, part), head + 1) - 1
        for consumer in hearing.consumers
        for part in range(PARTITIONS)
    }
    return places, done


def put(here: Side, hearing: Hearing, done: Sequence[tuple[str, int, int]]) -> None:
    """This names to the consumers what they have had, in the caller's transaction."""
    for consumer in hearing.consumers:
        here.execute(
            "DELETE FROM messaging_handled WHERE consumer = %s AND source = %s",
            [consumer, deliveries.SOURCE],
        )
    here.execute_many(
        "INSERT INTO messaging_handled (consumer, source, part, pos) VALUES (%s, %s, %s, %s)",
        [(consumer, deliveries.SOURCE, part, position) for consumer, part, position in done],
    )


def set_asides_here(service: Side, here: Side, hearing: Hearing) -> list[tuple[Any, ...]]:
    """This gives what was set aside in the service, at the positions that it has here.

    Raises:
        Differs: the log here lacks one of the messages.
    """
    if not hearing.consumers:
        return []
    rows = deliveries.set_asides(service, hearing)
    there = positions(here, [row[3] for row in rows])
    if missing := [row for row in rows if row[3] not in there]:
        raise Differs(
            f"{missing[0][0]} has set aside {missing[0][4]} of key {missing[0][5]} in the service, "
            "which is not in the log here: retry or drop it there (`manage.py messages`)"
        )
    return [(*row[:2], there[row[3]], *row[3:]) for row in rows]


def _messages(here: Side, hearing: Hearing, after: int, head: int) -> Iterator[list[Heard]]:
    """This gives what the module hears, in order, in stretches of the log."""
    position, tables = (
        ("p.pos", "messaging_position p JOIN messaging_message m ON m.id = p.message_id")
        if here.is_postgresql
        else ("m.id", "messaging_message m")
    )
    sign = "" if here.is_postgresql else "+"
    names = sorted({name for some in hearing.by_consumer.values() for name in some})
    forgotten = now_sql(here.alias, plus_seconds=-inbox.KEPT.total_seconds())
    while after < head and names:
        until = min(head, after + SCAN_LIMIT)
        rows = here.query(
            f"SELECT {position}, {sign}m.message_id, m.name, m.part, m.source,"
            f" m.recorded_at < {forgotten} FROM {tables}"
            f" WHERE {position} > %s AND {position} <= %s"
            f" AND m.name IN ({', '.join(['%s'] * len(names))}) ORDER BY {position}",
            [after, until, *names],
        )
        yield [Heard(*row) for row in rows]
        after = until


def positions(side: Side, identities: list[Any]) -> dict[Any, int]:
    """This gives the positions of messages that a log has, by their ids."""
    found: dict[Any, int] = {}
    what = (
        "m.message_id, p.pos FROM messaging_message m"
        " JOIN messaging_position p ON p.message_id = m.id"
        if side.is_postgresql
        else "+m.message_id, m.id FROM messaging_message m"
    )
    for some in portions(identities):
        marks = ", ".join(["%s"] * len(some))
        found |= dict(side.query(f"SELECT {what} WHERE m.message_id IN ({marks})", some))
    return found
