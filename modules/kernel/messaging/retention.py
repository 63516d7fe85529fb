"""How long the log keeps messages: never less than the slowest consumer needs.

Messages of event-sourced streams are kept for good: they are the state. Nothing is deleted while
somebody has a reason against it (`hold`).
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import connections, transaction
from django.db.models import Min

from modules.kernel.contracts import Conflict
from modules.kernel.messaging.catalogue import stored_names
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.followers import followers
from modules.kernel.messaging.logs import databases, open_log
from modules.kernel.messaging.models import OperatorAction, Partition, SetAside
from modules.kernel.messaging.writer_turn import writer_turn

#: What the audit trail calls a pruning; its subject ends in ``:`` and the last position.
PRUNED = "messages.prune"

#: Rows looked at in one transaction.
CHUNK = 2_000

#: Gives why nothing may be deleted from a log at the moment; empty where it may.
Reason = Callable[[str], str]

_reasons: dict[str, Reason] = {}


class PruneRefused(Conflict):
    """This says why nothing is deleted from a log now, and when it may be."""

    code = "prune-refused"
    title = "The log is not pruned now"


def hold(name: str, reason: Reason) -> None:
    """This has retention ask from now on. Raises: ValueError on a second of the name."""
    if _reasons.setdefault(name, reason) is not reason:
        raise ValueError(f"retention asks a {name!r} already: give this one another name")


def horizon(source: str) -> int:
    """This gives the last position that no consumer, and nothing set aside, needs any more.

    Every consumer that has ever run counts, also one that is stopped: it goes on where it
    left. To be rid of one for good, delete its rows of `messaging_partition`. Followers
    count likewise.
    """
    needed = [open_log(source, kept_in=source).head()]
    for database in databases():
        slowest = (
            Partition.objects.using(database)
            .filter(source=source)
            .aggregate(found=Min("checkpoint"))["found"]
        )
        first_aside = (
            SetAside.objects.using(database).filter(source=source).aggregate(found=Min("pos"))
        )["found"]
        needed += [slowest] if slowest is not None else []
        needed += [first_aside - 1] if first_aside is not None else []
    places = (kind.place(source) for kind in followers())
    return min([*needed, *(place for place in places if place is not None)])


def prune(source: str, *, older_than: timedelta) -> Iterator[int]:
    """This deletes what is old and not needed, and yields how many went, chunk by chunk.

    Raises:
        PruneRefused: somebody has a reason against it, or comes to have one meanwhile.
    """
    _refuse_if_held(source)
    positions = connections[source].vendor == "postgresql"
    age = now_sql(source, plus_seconds=-older_than.total_seconds())
    last = _old_until(source, horizon(source), age)
    if not last:
        return
    # Beforehand: whoever verifies the log can then tell what was pruned from what was taken out.
    OperatorAction.objects.using(source).create(
        operator="retention", action=PRUNED, subject=f"{source}:{last}"
    )
    # Those of streams also where they came over a broker, which knows of none: the module that they
    # are of may come back.
    streams = stored_names()
    others = f" AND m.name NOT IN ({', '.join(['%s'] * len(streams))})" if streams else ""
    old = f"m.stream IS NULL AND m.recorded_at < {age}{others}"
    find = (
        f"SELECT p.pos, m.id, {old} FROM (SELECT pos, message_id FROM messaging_position"
        " WHERE pos > %s AND pos <= %s ORDER BY pos LIMIT %s) p"
        " LEFT JOIN messaging_message m ON m.id = p.message_id"
        if positions
        # The newest row stays: the log's head on SQLite is the largest id there is.
        else f"SELECT m.id, m.id, {old} AND m.id < (SELECT max(id) FROM messaging_message)"
        " FROM messaging_message m WHERE m.id > %s AND m.id <= %s ORDER BY m.id LIMIT %s"
    )
    after = 0
    while True:
        with (
            writer_turn(source),
            transaction.atomic(using=source),
            connections[source].cursor() as cursor,
        ):
            _refuse_if_held(source)
            cursor.execute(find, [*streams, after, last, CHUNK])
            found = cursor.fetchall()
            if not found:
                return
            after = max(position for position, _, _ in found)
            ids = ", ".join(str(one) for _, one, goes in found if goes) or "NULL"
            if positions:
                cursor.execute(f"DELETE FROM messaging_position WHERE message_id IN ({ids})")
            cursor.execute(f"DELETE FROM messaging_message WHERE id IN ({ids})")
            deleted = cursor.rowcount
        yield deleted


def _old_until(source: str, last: int, age: str) -> int:
    """This gives the last position, up to `last`, of what was recorded before `age`; else 0.

    It halves: a log may keep millions that are young. Their times follow the positions but for what
    was written side by side; what is old behind one that is young goes another time.
    """
    ask = (
        "SELECT p.pos, m.is_old FROM messaging_position p CROSS JOIN LATERAL (SELECT recorded_at <"
        f" {age} AS is_old FROM messaging_message WHERE id = p.message_id LIMIT 1) m"
        " WHERE p.pos >= %s AND p.pos < %s ORDER BY p.pos LIMIT 1"
        if connections[source].vendor == "postgresql"
        else f"SELECT id, recorded_at < {age} FROM messaging_message"
        " WHERE id >= %s AND id < %s ORDER BY id LIMIT 1"
    )
    old, young = 0, last + 1
    with connections[source].cursor() as cursor:
        while old + 1 < young:
            middle = (old + young) // 2
            cursor.execute(ask, [middle, young])
            position, is_old = cursor.fetchone() or (middle, False)
            if is_old:
                old = position
            else:
                young = middle
    return old


def _refuse_if_held(source: str) -> None:
    for name in sorted(_reasons):
        if reason := _reasons[name](source):
            raise PruneRefused(f"nothing is deleted from {source}: {reason}", log=source)
