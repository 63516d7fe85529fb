"""What a module's consumers and read models have had in the service, told to them in the log here.

The log here has the messages in an order of its own. So a checkpoint here is the place before the
first message that was not delivered there, and each later one that was is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from modules.kernel.extraction.moving import deliveries, read_models
from modules.kernel.extraction.moving.arrivals import Heard, arrived
from modules.kernel.extraction.moving.errors import Differs
from modules.kernel.extraction.moving.hearing import Hearing
from modules.kernel.extraction.moving.log import present
from modules.kernel.extraction.moving.positions import positions
from modules.kernel.extraction.moving.sides import Side
from modules.kernel.messaging import inbox
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.envelope import PARTITIONS
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.logs.port import SCAN_LIMIT


@dataclass(slots=True, kw_only=True)
class Reader:
    """This is a consumer in one partition, or a read model, which has none: in both logs.

    Attributes:
        upto: the position up to which it has had everything in the service.
        ahead: those beyond that it has had there.
        place: the position here up to which it has had everything.
        done: those beyond that it has had.
    """

    names: frozenset[str]
    upto: int = 0
    ahead: set[int] = field(default_factory=set)
    place: int | None = None
    done: list[int] = field(default_factory=list)

    def meet(self, one: Heard, place_there: int | None, *, is_gone: bool) -> None:
        """This looks at the next message here.

        Args:
            place_there: where it is in the service; None where it is not.
            is_gone: it was there. Retention deletes nothing that one of them has not had.
        """
        if place_there is None:
            has_had = is_gone
        else:
            has_had = place_there <= self.upto or place_there in self.ahead
        if not has_had and self.place is None:
            self.place = one.position - 1
        elif has_had and self.place is not None:
            self.done.append(one.position)


@dataclass(frozen=True, slots=True, kw_only=True)
class Had:
    """This is what all of a module have had.

    Attributes:
        consumers: by name, one for each partition.
        read_models: by name.
        head: of the log here; who has had everything goes on after it.
    """

    consumers: dict[str, list[Reader]]
    read_models: dict[str, Reader]
    head: int

    def readers(self, one: Heard) -> list[Reader]:
        """This gives those that a message is for."""
        each = (*(some[one.part] for some in self.consumers.values()), *self.read_models.values())
        return [reader for reader in each if one.name in reader.names]

    def place(self, reader: Reader) -> int:
        """This gives the position up to which one has had everything."""
        return self.head if reader.place is None else reader.place

    def floor(self) -> int:
        """This gives the position up to which all have."""
        each = [one for some in self.consumers.values() for one in some]
        each += self.read_models.values()
        return min((self.place(one) for one in each), default=self.head)


def compare_with(service: Side, here: Side, hearing: Hearing, *, floor: int) -> Had:
    """This compares the log here with what was delivered in the service.

    Args:
        floor: the position up to which everything was delivered.
    """
    had = _had_in(service, hearing, head=open_log(here.alias).head())
    for some in _messages(here, hearing, floor, had.head):
        there = positions(service, [one.identity for one in some])
        missing = [one for one in some if one.identity not in there]
        gone = arrived(service, here, hearing.module, missing)
        for one in some:
            for reader in had.readers(one):
                reader.meet(one, there.get(one.identity), is_gone=one.position in gone)
    return had


def refuse_if_lost(service: Side, here: Side, hearing: Hearing) -> None:
    """This refuses to leave behind what the module has still to handle in the service.

    Raises:
        Differs: the log here had it, and has deleted it.
    """
    had = _had_in(service, hearing, head=0)
    each = [one for some in had.consumers.values() for one in some]
    lowest = min((one.upto for one in (*each, *had.read_models.values())), default=0)
    head = open_log(service.alias).head()
    for some in _messages(service, hearing, lowest, head):
        waiting = [
            one
            for one in some
            if any(
                one.position > reader.upto and one.position not in reader.ahead
                for reader in had.readers(one)
            )
        ]
        there = present(here, [one.identity for one in waiting])
        if lost := [one for one in waiting if one.identity not in there]:
            raise Differs(
                f"{len(lost)} messages that {hearing.module} has still to handle in the service, "
                f"such as {lost[0].name}, were deleted from the log here: nothing was switched; "
                "let it handle them there (`manage.py messages stats`), then --resume"
            )


def put(here: Side, hearing: Hearing, had: Had) -> None:
    """This has all go on here, in the caller's transaction, but for what they have had."""
    each = [
        (consumer, part, reader)
        for consumer, some in had.consumers.items()
        for part, reader in enumerate(some)
    ]
    deliveries.put_partitions(
        here, {(consumer, part): had.place(reader) for consumer, part, reader in each}
    )
    deliveries.put_handled(
        here,
        hearing,
        [(consumer, part, one) for consumer, part, reader in each for one in reader.done],
    )
    for name, reader in had.read_models.items():
        read_models.put(here, name, had.place(reader), reader.done)


def floor_of(side: Side, hearing: Hearing) -> int:
    """This gives the position of a log up to which all of the module have had everything."""
    found = [int(checkpoint) for _, _, checkpoint in deliveries.checkpoints(side, hearing)]
    found += [read_models.live(name, side).position for name in hearing.by_read_model]
    return min(found, default=0)


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


def _had_in(service: Side, hearing: Hearing, *, head: int) -> Had:
    consumers = {
        consumer: [Reader(names=frozenset(names)) for _ in range(PARTITIONS)]
        for consumer, names in hearing.by_consumer.items()
    }
    for consumer, part, checkpoint in deliveries.checkpoints(service, hearing):
        consumers[consumer][part].upto = int(checkpoint)
    for consumer, part, position in deliveries.handled(service, hearing):
        consumers[consumer][part].ahead.add(position)
    found = {}
    for name, names in hearing.by_read_model.items():
        one = read_models.live(name, service)
        found[name] = Reader(names=frozenset(names), upto=one.position, ahead=set(one.ahead))
    return Had(consumers=consumers, read_models=found, head=head)


def _messages(here: Side, hearing: Hearing, after: int, head: int) -> Iterator[list[Heard]]:
    """This gives what the module hears, in order, in stretches of the log."""
    position, tables = (
        ("p.pos", "messaging_position p JOIN messaging_message m ON m.id = p.message_id")
        if here.is_postgresql
        else ("m.id", "messaging_message m")
    )
    sign = "" if here.is_postgresql else "+"
    names = hearing.names
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
