"""The relays of both sides: from where each goes on after a switch, and what it has not sent."""

from __future__ import annotations

from collections.abc import Sequence

from modules.kernel.extraction.moving.positions import positions
from modules.kernel.extraction.moving.sides import SOURCE, Side
from modules.kernel.messaging.brokers.routes import RELAY
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.envelope import PARTITIONS
from modules.kernel.messaging.logs import open_log

_OF_RELAY = f"consumer = '{RELAY}' AND source = '{SOURCE}'"


def relay_after(side: Side, position: int, *, rest_seconds: float) -> None:
    """This has the relay go on no further than after a position, and not at once.

    What it does at the moment cannot be committed, and none begins before all processes know of
    the routes that are new.
    """
    later = now_sql(side.alias, plus_seconds=rest_seconds)
    side.execute_many(
        "INSERT INTO messaging_partition (consumer, source, part, owner, epoch, lease_until,"
        f" checkpoint) VALUES ('{RELAY}', '{SOURCE}', %s, '', 1, {later}, %s)"
        " ON CONFLICT (consumer, source, part) DO UPDATE SET owner = '',"
        " epoch = messaging_partition.epoch + 1, lease_until = excluded.lease_until, checkpoint ="
        " CASE WHEN messaging_partition.checkpoint < excluded.checkpoint"
        " THEN messaging_partition.checkpoint ELSE excluded.checkpoint END",
        [(part, position) for part in range(PARTITIONS)],
    )


def has_relay(side: Side) -> bool:
    """This is true where messages go from this log to others."""
    return _lowest(side) is not None


def not_relayed(side: Side, module: str, names: Sequence[str], until: int) -> int:
    """This gives how many of the module's events up to a position the relay has not sent."""
    if not names:
        return 0
    tables, position = _positioned(side)
    lowest = _lowest(side)
    if lowest is None:
        return 0
    return int(
        side.value(
            f"SELECT count(*) FROM {tables} JOIN messaging_partition r ON r.part = m.part"
            f" AND r.consumer = '{RELAY}' AND r.source = '{SOURCE}'"
            f" WHERE {position} > %s AND {position} <= %s AND {position} > r.checkpoint"
            f" AND m.source = %s AND m.name IN ({', '.join(['%s'] * len(names))})",
            [lowest, until, module, *names],
        )
    )


def sent(side: Side, places: Sequence[tuple[int, int]]) -> set[int]:
    """This gives those positions of a log that its relay has sent.

    Args:
        places: each a position and its partition.
    """
    if not places:
        return set()
    upto = dict(side.query(f"SELECT part, checkpoint FROM messaging_partition WHERE {_OF_RELAY}"))
    waiting = side.query(f"SELECT pos FROM messaging_setaside WHERE {_OF_RELAY}")
    gone_out = {position for position, part in places if position <= upto.get(part, 0)}
    return gone_out - {row[0] for row in waiting}


def unsent_after(service: Side, here: Side, module: str) -> int:
    """This gives the position here after which all stands that the service has not sent to others.

    Its log and the one here have an order each. All of it has come here, now or when an earlier
    try to move the module back copied it.
    """
    tables, position = _positioned(service)
    sign = "" if service.is_postgresql else "+"
    # What it has set aside it could not send yet, and has gone beyond.
    unsent = service.query(
        f"SELECT {sign}m.message_id FROM {tables} JOIN messaging_partition r ON r.part = m.part"
        f" AND r.consumer = '{RELAY}' AND r.source = '{SOURCE}'"
        f" WHERE {position} > %s AND {position} > r.checkpoint AND m.source = %s"
        f" UNION SELECT {sign}message_id FROM messaging_setaside WHERE {_OF_RELAY}",
        [_lowest(service) or 0, module],
    )
    found = positions(here, [row[0] for row in unsent])
    return min(found.values(), default=open_log(here.alias).head() + 1) - 1


def _lowest(side: Side) -> int | None:
    found: int | None = side.value(
        f"SELECT min(checkpoint) FROM messaging_partition WHERE {_OF_RELAY}"
    )
    return found


def _positioned(side: Side) -> tuple[str, str]:
    """This gives the tables of a log's messages with their positions, and what these are called."""
    if side.is_postgresql:
        return "messaging_position p JOIN messaging_message m ON m.id = p.message_id", "p.pos"
    return "messaging_message m", "m.id"
