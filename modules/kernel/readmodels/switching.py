"""Switching what queries read, and switching back: one transaction each."""

from django.db import transaction

from modules.kernel.contracts import Conflict
from modules.kernel.messaging.writer_turn import writer_turn
from modules.kernel.readmodels import generations
from modules.kernel.readmodels.models import Generation
from modules.kernel.readmodels.projection import Projection

State = Generation.State


class NothingToSwitchTo(Conflict):
    """This says that there is no other generation that could be read."""

    code = "nothing-to-switch-to"
    title = "There is no other generation"


def switch(projection: Projection) -> Generation:
    """This has queries read the generation that a rebuild has left ready."""
    return _switch(projection, State.READY, "rebuild it first")


def rollback(projection: Projection) -> Generation:
    """This has queries read again what they read before the last switch."""
    return _switch(projection, State.KEPT, "there was no switch since the last rebuild")


def switch_to(projection: Projection, generation: Generation) -> None:
    """This makes a generation the live one, inside the caller's transaction."""
    database = projection.database
    former = generations.live(projection)
    for other in generations.of(projection):
        if other.state == State.KEPT and other.pk != generation.pk:
            generations.drop(projection, other)  # Its place is taken by the former one.
    former.state = State.KEPT
    former.save(using=database, update_fields=["state"])
    generation.state = State.LIVE
    generation.save(using=database, update_fields=["state"])
    generations.point_views(projection, generation)


def _switch(projection: Projection, state: str, otherwise: str) -> Generation:
    database = projection.database
    with writer_turn(database), transaction.atomic(using=database):
        generation = (
            Generation.objects.using(database)
            .select_for_update()
            .filter(projection=projection.name, state=state)
            .order_by("-number")
            .first()
        )
        if generation is None:
            raise NothingToSwitchTo(
                f"{projection.name} has no generation that is {state}: {otherwise}",
                read_model=projection.name,
            )
        switch_to(projection, generation)
        return generation
