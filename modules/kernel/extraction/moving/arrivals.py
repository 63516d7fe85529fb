"""Which messages the service has had, though its log has them no more.

Retention there deletes what all have had. What has never come there is not in its log either: it
waits at the relay here, or at the broker. Nothing is judged by the time of a message there: two
clocks never agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modules.kernel.extraction.moving.log import INBOX
from modules.kernel.extraction.moving.relaying import sent
from modules.kernel.extraction.moving.sides import Side, portions


@dataclass(frozen=True, slots=True)
class Heard:
    """This is a message of the log here that the module hears.

    Attributes:
        is_old: the service's inbox may have forgotten it.
    """

    position: int
    identity: Any
    name: str
    part: int
    source: str
    is_old: bool


def arrived(service: Side, here: Side, module: str, missing: Sequence[Heard]) -> set[int]:
    """This gives the positions here of those that came to the service, and are gone there.

    It made them itself, they were copied, or its inbox has them. What is older than an inbox is
    has come if the relay here has sent it: no broker keeps a message for so long.
    """
    if not missing:
        return set()
    carried = _among(
        service, "SELECT origin FROM extraction_carried WHERE origin", [m.position for m in missing]
    )
    received = _among(
        service,
        f"SELECT message_id FROM messaging_inbox WHERE consumer = '{INBOX}' AND message_id",
        [one.identity for one in missing],
    )
    found = {
        one.position
        for one in missing
        if one.source == module or one.position in carried or one.identity in received
    }
    old = [one for one in missing if one.is_old and one.position not in found]
    return found | sent(here, [(one.position, one.part) for one in old])


def _among(side: Side, query: str, values: Sequence[Any]) -> set[Any]:
    found: set[Any] = set()
    for some in portions(values):
        rows = side.query(f"{query} IN ({', '.join(['%s'] * len(some))})", some)
        found |= {row[0] for row in rows}
    return found
