"""Rebuilding beside the running read model: copy, catch up, compare, and only then switch.

Queries go on reading the live generation, and writers go on writing, all the time. Nothing
is told to others (`Projection.published`) by what is rebuilt. A rebuild is not done before
every transaction that was under way when it caught up has ended: until then one of them
could still commit a message that it would have to take in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import transaction

from modules.kernel.contracts import Conflict
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.messaging.logs import databases, open_log
from modules.kernel.messaging.prepared import fetch
from modules.kernel.messaging.writer_turn import writer_turn
from modules.kernel.readmodels import generations, switching
from modules.kernel.readmodels.digest import digest_of
from modules.kernel.readmodels.fence import Fence
from modules.kernel.readmodels.models import Checkpoint, Generation
from modules.kernel.readmodels.projection import Projection
from modules.kernel.readmodels.projector import advance
from modules.kernel.readmodels.pruned import pruned_messages

State = Generation.State

_POLL_SECONDS = 0.02

#: A rebuild whose checkpoint has not moved for so long has died.
_DEAD_SECONDS = 60.0


class RebuildRefused(Conflict):
    """This says why what was rebuilt is not read now."""

    code = "rebuild-refused"
    title = "The read model was not rebuilt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """This is how far a rebuild is, over all logs.

    Attributes:
        phase: copying, catching up, waiting for older transactions, comparing, or done.
    """

    phase: str
    position: int
    head: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """This is what a rebuild has come to.

    Attributes:
        equal: whether the live generation had the same rows at the same place; None where it
            is of another version, and so need not.
        switched: whether queries read the new one now.
    """

    number: int
    equal: bool | None
    digest: str
    switched: bool


def rebuild(
    projection: Projection,
    report: Callable[[Progress], None],
    *,
    switch: bool = True,
    even_if_different: bool = False,
    keep: bool = True,
    patience_seconds: float = 60.0,
) -> Rebuilt:
    """This fills a new generation from the log, compares it, and has it read.

    Args:
        report: told of the progress now and then.
        switch: else the new generation stays ready, for `switching.switch`.
        even_if_different: switch also where a live generation of the same version differs, or
            one of another may have what came of messages that were pruned since.
        keep: else the new generation is dropped after the comparison.
        patience_seconds: how long older transactions are waited for.

    Raises:
        RebuildRefused: older transactions did not end, or the generations differ, or may.
        NotInCharge: the module is being moved, or elsewhere.
    """
    switching.refuse_unless_in_charge(projection)
    generations.ensure(projection)
    _refuse_beside_another(projection)
    generation = _begin(projection)
    try:
        _catch_up(projection, generation, "copying", report)
        # What is copied is a long time ago. Now for what happens at the same time.
        fence = {source: Fence(source) for source in databases()}
        _wait_for(fence, report, patience_seconds)
        _catch_up(projection, generation, "catching up", report)
        report(Progress(phase="comparing", position=0, head=0))
        rebuilt = _compare_and_switch(
            projection, generation, switch=switch and keep, even_if_different=even_if_different
        )
    except BaseException:
        generations.drop(projection, generation)
        raise
    if not keep:
        generations.drop(projection, generation)
    report(Progress(phase="done", position=1, head=1))
    return rebuilt


def _checkpoint_exists(projection: Projection, pk: int) -> bool:
    return Checkpoint.objects.using(projection.database).filter(pk=pk).exists()


def _refuse_beside_another(projection: Projection) -> None:
    """This refuses while another rebuild is moving; one that has died is not in the way."""
    database = projection.database
    lately = now_sql(database, plus_seconds=-_DEAD_SECONDS)
    found = fetch(
        database,
        "SELECT g.number FROM readmodels_generation g JOIN readmodels_checkpoint c"
        " ON c.generation_id = g.id WHERE g.projection = %s AND g.state = %s"
        f" AND c.moved_at > {lately} LIMIT 1",
        [projection.name, State.BUILDING],
    )
    if found:
        raise RebuildRefused(
            f"generation {found[0][0]} of {projection.name} is being built by another rebuild: "
            f"wait for it; one that has died stands in the way for {_DEAD_SECONDS:g} s",
            read_model=projection.name,
        )


def _begin(projection: Projection) -> Generation:
    """This makes the new generation, and drops what an earlier rebuild has left."""
    database = projection.database
    found = list(generations.of(projection))
    for old in found:
        if old.state in (State.BUILDING, State.READY):
            generations.drop(projection, old)
    with writer_turn(database), transaction.atomic(using=database):
        return generations.make(projection, number=found[0].number + 1, state=State.BUILDING)


def _checkpoints(projection: Projection, generation: Generation) -> Iterator[Checkpoint]:
    yield from Checkpoint.objects.using(projection.database).filter(generation=generation)


def _catch_up(
    projection: Projection,
    generation: Generation,
    phase: str,
    report: Callable[[Progress], None],
) -> None:
    for checkpoint in _checkpoints(projection, generation):
        log = open_log(checkpoint.source, kept_in=projection.database)
        head, position = log.head(), checkpoint.pos
        while position < head:
            done = advance(projection, log, checkpoint.pk, limit=projection.batch * 10)
            if not done and not _checkpoint_exists(projection, checkpoint.pk):
                raise RebuildRefused(
                    f"another rebuild of {projection.name} has taken over from this one"
                )
            position += done or 0
            report(Progress(phase=phase, position=position, head=max(head, position)))


def _wait_for(
    fence: dict[str, Fence], report: Callable[[Progress], None], patience_seconds: float
) -> None:
    ends_at = time.monotonic() + patience_seconds
    while blocking := [text for one in fence.values() for text in one.blocking()]:
        report(Progress(phase="waiting for older transactions", position=0, head=len(blocking)))
        if time.monotonic() >= ends_at:
            raise RebuildRefused(
                "a rebuild is not done while an older transaction may still commit, and after "
                f"{patience_seconds:g} s there was still: {'; '.join(blocking)}. End it, or wait "
                "and rebuild again",
                blocking=blocking,
            )
        time.sleep(_POLL_SECONDS)


def _compare_and_switch(
    projection: Projection, generation: Generation, *, switch: bool, even_if_different: bool
) -> Rebuilt:
    database = projection.database
    with writer_turn(database), transaction.atomic(using=database):
        live = generations.live(projection)
        # Both stand still from here to the commit, which is not long; readers and writers do not.
        locked = list(
            Checkpoint.objects.using(database)
            .select_for_update()
            .filter(generation__in=(live, generation))
            .order_by("pk")
        )
        comparable = live.version == projection.version
        _bring_level(projection, locked, live if comparable else None)
        digest = digest_of(projection, generations.tables_of(projection, generation))
        equal = None
        if comparable:
            before = digest_of(projection, generations.tables_of(projection, live))
            equal = before == digest
        generation.state, generation.digest = State.READY, digest
        generation.save(using=database)
        # Of another version nothing is compared, and so nobody would see that rows are missing.
        pruned = {} if equal else pruned_messages()
        refused = switch and not even_if_different and (equal is False or bool(pruned))
        if switch and not refused:
            switching.switch_to(projection, generation)
    if refused and pruned:
        lost = ", ".join(f"{number} of {source}" for source, number in pruned.items())
        raise RebuildRefused(
            f"messages were pruned ({lost}), and generation {generation.number} of "
            f"{projection.name} has nothing of what came of them; the live one still has. If it "
            "is made of none of them, or need not have that any more, rebuild with "
            "--even-if-different",
            pruned=pruned,
        )
    if refused:
        raise RebuildRefused(
            f"generation {generation.number} of {projection.name} has other rows ({digest}) than "
            f"the live one ({before}) at the same place of the log. If that is what you want "
            "(the live one was wrong), rebuild with --even-if-different; or raise its version",
            live=before,
            rebuilt=digest,
        )
    return Rebuilt(number=generation.number, equal=equal, digest=digest, switched=switch)


def _bring_level(projection: Projection, locked: list[Checkpoint], live: Generation | None) -> None:
    """This brings the generations to the same place of each log, if both can go on."""
    for source in databases():
        mine = [one for one in locked if one.source == source]
        movable = [one for one in mine if live is not None or one.generation_id != _old(mine)]
        target = max((one.pos for one in mine), default=0)
        log = open_log(source, kept_in=projection.database)
        for one in movable:
            while one.pos < target:
                done = advance(projection, log, one.pk, limit=projection.batch * 10, until=target)
                one.pos += done or 0


def _old(checkpoints: list[Checkpoint]) -> int:
    return min(one.generation_id for one in checkpoints)
