"""A module's read models while it moves: the generation that is read, and how far it is.

Its rows move with the module's own (`kept`), and no other generation does: those of the side that
the module goes to are dropped, for the log there brings them up to date no more. Out, it goes on
after the message that it has taken in last; back, as a consumer does (`handled`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from modules.kernel.extraction.moving.errors import NotReady
from modules.kernel.extraction.moving.positions import exact_positions_there, positions_there
from modules.kernel.extraction.moving.sides import SOURCE, Side
from modules.kernel.messaging.dialect import now_sql
from modules.kernel.readmodels import projection as read_models
from modules.kernel.readmodels.models import Checkpoint, Generation, TakenAhead
from modules.kernel.readmodels.projection import Projection

#: The numbers of the generations that are read on two sides, by read model.
Numbers = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """This is how far the generation is that is read on a side.

    Attributes:
        checkpoint: its row.
        ahead: positions beyond that it has taken in already.
    """

    checkpoint: int
    position: int
    ahead: frozenset[int]


def projections_of(module: str) -> list[Projection]:
    """This gives the module's read models."""
    return [one for one in read_models.projections() if one.module == module]


def numbers(module: str, here: Side, service: Side) -> dict[str, tuple[int, int]]:
    """This gives which generations are read.

    Raises:
        NotReady: one is being rebuilt, or both sides do not make the same of the messages.
    """
    found = {}
    for one in projections_of(module):
        ours, theirs = _live_row(one, here), _live_row(one, service)
        if ours.version != theirs.version:
            raise NotReady(
                f"{one.name} is of version {ours.version} on {here.name} and of version "
                f"{theirs.version} on {service.name}: where it is older, run "
                f"`manage.py readmodels rebuild {one.name}`"
            )
        found[one.name] = (ours.number, theirs.number)
    return found


def refuse_if_rebuilt(module: str, here: Side, service: Side, known: Numbers) -> None:
    """This refuses to go on with other generations than those that are moved.

    Raises:
        NotReady: what is read was switched.
    """
    for name, found in numbers(module, here, service).items():
        if found != tuple(known[name]):
            raise NotReady(
                f"another generation of {name} is read than when {module} was moved: "
                f"`manage.py readmodels rollback {name}` has it read again, and --resume goes on. "
                "Where it is gone: a move out is given up (--abort), and one back is made after "
                "--finish, by `manage.py absorb`"
            )


def live(projection: str, side: Side) -> Live:
    """This gives how far the generation is that is read."""
    row = Checkpoint.objects.using(side.alias).get(
        generation__projection=projection,
        generation__state=Generation.State.LIVE,
        source=SOURCE,
    )
    ahead = TakenAhead.objects.using(side.alias).filter(checkpoint=row)
    return Live(
        checkpoint=row.pk,
        position=row.pos,
        ahead=frozenset(ahead.values_list("pos", flat=True)),
    )


def put(side: Side, projection: str, position: int, ahead: Collection[int]) -> None:
    """This has the generation that is read go on after a position, but for what it has had."""
    row = live(projection, side).checkpoint
    rows = TakenAhead.objects.using(side.alias)
    rows.filter(checkpoint=row).delete()
    rows.bulk_create((TakenAhead(checkpoint_id=row, pos=one) for one in ahead), batch_size=500)
    side.execute(
        f"UPDATE readmodels_checkpoint SET pos = %s, moved_at = {now_sql(side.alias)}"
        " WHERE id = %s",
        [position, row],
    )


def hand_out(module: str, old: Side, new: Side) -> None:
    """This has the module's read models go on in the service where they stopped here."""
    for one in projections_of(module):
        found = live(one.name, old)
        there = positions_there(new, [found.position])[found.position]
        put(new, one.name, there, exact_positions_there(new, found.ahead).values())


def drop_others(module: str, side: Side) -> None:
    """This drops the generations that are not read: what they lack never comes to that log."""
    for one in projections_of(module):
        others = Generation.objects.using(side.alias).filter(projection=one.name)
        for other in others.exclude(state=Generation.State.LIVE):
            with side.transaction():
                other.delete(using=side.alias)
                for view in one.tables:
                    side.execute(f"DROP TABLE IF EXISTS {view._meta.db_table}_g{other.number}")


def begin_anew(module: str, side: Side) -> None:
    """This has them be as if they had never run: they hold back no retention any more."""
    drop_others(module, side)
    with side.transaction():
        for one in projections_of(module):
            put(side, one.name, 0, ())


def _live_row(projection: Projection, side: Side) -> Generation:
    rows = Generation.objects.using(side.alias).filter(projection=projection.name)
    if rows.filter(state=Generation.State.BUILDING).exists():
        raise NotReady(
            f"{projection.name} is being rebuilt on {side.name}: wait until "
            "`manage.py readmodels status` says that it is done"
        )
    row = rows.filter(state=Generation.State.LIVE).first()
    if row is None:
        raise NotReady(
            f"{side.name} has no read model {projection.name}: run `manage.py migrate` there"
        )
    return row
