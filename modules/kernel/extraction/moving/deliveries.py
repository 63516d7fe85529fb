"""Deliveries of a module: stopped at the fence, and gone on with on the other side.

A consumer's partitions, what it has set aside, and what is scheduled. Each function works in the
transaction of its caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modules.kernel.extraction.moving.errors import Differs
from modules.kernel.extraction.moving.hearing import Hearing
from modules.kernel.extraction.moving.positions import exact_positions_there, positions_there
from modules.kernel.extraction.moving.sides import SOURCE, Side
from modules.kernel.messaging.dialect import now_sql

#: Longer than any move: partitions of a module that is not in charge are nobody's.
_NEVER_SECONDS = 100 * 365 * 86400.0

_SCHEDULED = (
    "due_at",
    "message_id",
    "source",
    "name",
    "schema_version",
    "key",
    "part",
    "data",
    "headers",
)
_SET_ASIDE = (
    "consumer",
    "source",
    "pos",
    "message_id",
    "name",
    "key",
    "part",
    "state",
    "attempts",
    "due_at",
    "error",
    "set_aside_at",
)


def stop(side: Side, hearing: Hearing) -> None:
    """This takes all partitions of the module's consumers: who still delivers cannot commit."""
    if hearing.consumers:
        side.execute(
            "UPDATE messaging_partition SET owner = '', epoch = epoch + 1, lease_until ="
            f" {now_sql(side.alias, plus_seconds=_NEVER_SECONDS)} WHERE {_of(hearing)}",
            hearing.consumers,
        )


def go_on(side: Side, hearing: Hearing) -> None:
    """This gives the partitions back to whoever claims them."""
    if hearing.consumers:
        side.execute(
            "UPDATE messaging_partition SET owner = '', epoch = epoch + 1, lease_until ="
            f" {now_sql(side.alias)} WHERE {_of(hearing)}",
            hearing.consumers,
        )


def forget_partitions(side: Side, hearing: Hearing) -> None:
    """This has the module's consumers hold back no retention any more."""
    if hearing.consumers:
        side.execute(f"DELETE FROM messaging_partition WHERE {_of(hearing)}", hearing.consumers)
        put_handled(side, hearing, ())


def hold_scheduled(side: Side, module: str) -> int:
    """This takes what the module has scheduled out of the keeper's reach.

    Returns:
        How many the keeper has in its hands at the moment: hold again.
    """
    columns = ", ".join(_SCHEDULED)
    locked = " FOR UPDATE SKIP LOCKED" if side.is_postgresql else ""
    rows = side.query(f"SELECT id FROM messaging_scheduled WHERE source = %s{locked}", [module])
    ids = ", ".join(str(row[0]) for row in rows) or "NULL"
    side.execute(
        f"INSERT INTO extraction_held ({columns}) SELECT {columns} FROM messaging_scheduled"
        f" WHERE id IN ({ids}) ORDER BY due_at, id"
    )
    side.execute(f"DELETE FROM messaging_scheduled WHERE id IN ({ids})")
    return int(side.value("SELECT count(*) FROM messaging_scheduled WHERE source = %s", [module]))


def release_scheduled(side: Side, module: str) -> None:
    """This gives the keeper back what was held."""
    columns = ", ".join(_SCHEDULED)
    side.execute(
        f"INSERT INTO messaging_scheduled ({columns}) SELECT {columns} FROM extraction_held"
        " WHERE source = %s ORDER BY due_at, id",
        [module],
    )
    drop_held(side, module)


def drop_held(side: Side, module: str) -> None:
    """This forgets what was held: the other side has it."""
    side.execute("DELETE FROM extraction_held WHERE source = %s", [module])


def hand_over_scheduled(old: Side, new: Side, module: str) -> None:
    """This has what is held on the old side held on the new one, until that is in charge."""
    columns = ", ".join(_SCHEDULED)
    sign = "" if old.is_postgresql else "+"
    rows = old.query(
        f"SELECT {', '.join(sign + column for column in _SCHEDULED)} FROM extraction_held"
        " WHERE source = %s ORDER BY due_at, id",
        [module],
    )
    drop_held(new, module)
    new.execute_many(
        f"INSERT INTO extraction_held ({columns}) VALUES ({', '.join(['%s'] * len(_SCHEDULED))})",
        rows,
    )


def hand_out_consumers(old: Side, new: Side, hearing: Hearing) -> None:
    """This has the module's consumers go on in the service where they stopped here."""
    found = checkpoints(old, hearing)
    there = positions_there(new, (int(checkpoint) for _, _, checkpoint in found))
    put_partitions(
        new,
        {(consumer, part): there[int(checkpoint)] for consumer, part, checkpoint in found},
    )
    ahead = handled(old, hearing)
    exactly = exact_positions_there(new, {position for _, _, position in ahead})
    put_handled(
        new,
        hearing,
        [
            (consumer, part, exactly[position])
            for consumer, part, position in ahead
            if position in exactly
        ],
    )


def checkpoints(side: Side, hearing: Hearing) -> list[tuple[str, int, int]]:
    """This gives consumer, partition and checkpoint of all that the module's consumers have."""
    if not hearing.consumers:
        return []
    return side.query(
        f"SELECT consumer, part, checkpoint FROM messaging_partition WHERE {_of(hearing)}",
        hearing.consumers,
    )


def handled(side: Side, hearing: Hearing) -> list[tuple[str, int, int]]:
    """This gives consumer, partition and position of what they have had beyond checkpoints."""
    if not hearing.consumers:
        return []
    return side.query(
        f"SELECT consumer, part, pos FROM messaging_handled WHERE {_of(hearing)}", hearing.consumers
    )


def put_handled(side: Side, hearing: Hearing, rows: Sequence[tuple[str, int, int]]) -> None:
    """This makes that what the module's consumers have had beyond their checkpoints."""
    if hearing.consumers:
        side.execute(f"DELETE FROM messaging_handled WHERE {_of(hearing)}", hearing.consumers)
    side.execute_many(
        "INSERT INTO messaging_handled (consumer, source, part, pos)"
        f" VALUES (%s, '{SOURCE}', %s, %s)",
        rows,
    )


def put_partitions(side: Side, places: dict[tuple[str, int], int]) -> None:
    """This makes partitions, nobody's, or sets those that there are."""
    now = now_sql(side.alias)
    side.execute_many(
        "INSERT INTO messaging_partition (consumer, source, part, owner, epoch, lease_until,"
        f" checkpoint) VALUES (%s, '{SOURCE}', %s, '', 1, {now}, %s)"
        " ON CONFLICT (consumer, source, part) DO UPDATE SET owner = '',"
        " epoch = messaging_partition.epoch + 1, lease_until = excluded.lease_until,"
        " checkpoint = excluded.checkpoint",
        [(consumer, part, place) for (consumer, part), place in sorted(places.items())],
    )


def hand_out_set_asides(old: Side, new: Side, hearing: Hearing) -> None:
    """This has the service try again, or keep parked, what was set aside here.

    Raises:
        Differs: one of them is of a message that was not copied.
    """
    if not hearing.consumers:
        return
    rows = set_asides(old, hearing)
    there = exact_positions_there(new, {int(row[2]) for row in rows})
    for row in rows:
        if int(row[2]) not in there:
            raise Differs(
                f"{row[0]} has set aside {row[4]} of key {row[5]}, which is not in the log of the "
                "service. Where it handles that no more, retry or drop it (`manage.py messages`) "
                "and --resume; else something has deleted it there: --abort, and begin anew"
            )
    put_set_asides(new, hearing, [(*row[:2], there[int(row[2])], *row[3:]) for row in rows])


def set_asides(side: Side, hearing: Hearing) -> list[tuple[Any, ...]]:
    """This gives what the module's consumers have set aside."""
    sign = "" if side.is_postgresql else "+"
    return side.query(
        f"SELECT {', '.join(sign + column for column in _SET_ASIDE)} FROM messaging_setaside"
        f" WHERE {_of(hearing)} ORDER BY pos",
        hearing.consumers,
    )


def put_set_asides(side: Side, hearing: Hearing, rows: Sequence[tuple[Any, ...]]) -> None:
    """This makes that what the module's consumers have set aside."""
    drop_set_asides(side, hearing)
    side.execute_many(
        f"INSERT INTO messaging_setaside ({', '.join(_SET_ASIDE)})"
        f" VALUES ({', '.join(['%s'] * len(_SET_ASIDE))})",
        rows,
    )


def drop_set_asides(side: Side, hearing: Hearing) -> None:
    """This forgets what the module's consumers have set aside: the other side has it."""
    if hearing.consumers:
        side.execute(f"DELETE FROM messaging_setaside WHERE {_of(hearing)}", hearing.consumers)


def _of(hearing: Hearing) -> str:
    return f"source = '{SOURCE}' AND consumer IN ({', '.join(['%s'] * len(hearing.consumers))})"
