"""Where positions of the log here are in the log that was copied out (`Carried`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from modules.kernel.extraction.moving.sides import Side, portions


def positions_there(new: Side, positions: Iterable[int]) -> dict[int, int]:
    """This gives what positions are in the log that was copied out: of the last one up to each."""
    wanted = sorted(set(positions))
    last = "SELECT %s identity FROM extraction_carried c%s WHERE c.origin <= %s"
    last += " ORDER BY c.origin DESC LIMIT 1"
    if new.is_postgresql:  # At once: callers wait for it.
        joined = " JOIN messaging_position p ON p.message_id = c.identity"
        found = new.query(
            f"SELECT w.pos, ({last % ('p.pos AS', joined, 'w.pos')})"
            " FROM unnest(%s::bigint[]) AS w (pos)",
            [wanted],
        )
    else:
        found = [(one, new.value(last % ("", "", "%s"), [one])) for one in wanted]
    return {int(one): int(there or 0) for one, there in found}


def exact_positions_there(new: Side, positions: Collection[int]) -> dict[int, int]:
    """This gives the positions there of the messages at some positions here, if they are there."""
    what = (
        "p.pos FROM extraction_carried c JOIN messaging_position p ON p.message_id = c.identity"
        if new.is_postgresql
        else "m.id FROM extraction_carried c JOIN messaging_message m ON m.id = c.identity"
    )
    found: dict[int, int] = {}
    for some in portions(sorted(positions)):
        marks = ", ".join(["%s"] * len(some))
        found |= dict(new.query(f"SELECT c.origin, {what} WHERE c.origin IN ({marks})", some))
    return found


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
