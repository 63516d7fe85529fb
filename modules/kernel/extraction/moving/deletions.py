"""Which messages of the service's log the one here has had, and has deleted.

Retention here deletes what all have had. Appended again, it would come to all others once more. So
it is left out, where somebody other than the module hears it: the module has had it in the
service, or the move is refused (`handled.refuse_if_lost`). Events that streams are made of are
never deleted, also where they came over a broker.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from modules.kernel.extraction.moving.relaying import sent
from modules.kernel.extraction.moving.sides import Side
from modules.kernel.messaging import inbox
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.followers import followers
from modules.kernel.messaging.subscriptions import subscriptions
from modules.kernel.placements import hosting


def deleted_here(
    service: Side, module: str, missing: Sequence[dict[str, Any]], received: Collection[Any]
) -> set[Any]:
    """This gives the ids of those that were here.

    They were made here, the inbox has them, or they are older than an inbox is and were sent:
    no broker keeps a message for so long.

    Args:
        missing: messages of the service's log that are not in the one here.
        received: the ids of those that the inbox here has.
    """
    heard = [one for one in missing if one["name"] in heard_by_others(module)]
    if not heard:
        return set()
    elsewhere = hosting().remote | {module}
    forgotten = service.value(
        f"SELECT {now_sql(service.alias, plus_seconds=-inbox.KEPT.total_seconds())}"
    )
    old = [one for one in heard if one["recorded_at"] < forgotten]
    gone_out = sent(service, [(one["position"], one["part"]) for one in old])
    return {
        one["message_id"]
        for one in heard
        if one["source"] not in elsewhere or one["message_id"] in received
    } | {one["message_id"] for one in old if one["source"] != module or one["position"] in gone_out}


def heard_by_others(module: str) -> set[str]:
    """This gives the wire names of what somebody here is for, other than the module."""
    names = {name for one in subscriptions() if one.module != module for name in one.handlers}
    for kind in followers():
        if kind.module not in (module, ""):
            names |= set(kind.names or ())
    return names
