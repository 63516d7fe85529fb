"""Switching what queries read, and switching back: one transaction each."""

from django.db import transaction

from modules.kernel.contracts import Conflict
from modules.kernel.messaging.writer_turn import writer_turn
from modules.kernel.placements import is_in_charge
from modules.kernel.readmodels import generations
from modules.kernel.readmodels.models import Generation
from modules.kernel.readmodels.projection import Projection

State = Generation.State


class NothingToSwitchTo(Conflict):
    """This says that there is no other generation that could be read."""

    code = "nothing-to-switch-to"
    title = "There is no other generation"


class NotInCharge(Conflict):
    """This says that the module is being moved or elsewhere, and that nothing is switched here."""

    code = "module-not-in-charge"
    title = "The module is not in charge here"


def switch(projection: Projection) -> Generation:
    """This has queries read the generation that a rebuild has left ready."""
    return _switch(projection, State.READY, "rebuild it first")


def rollback(projection: Projection) -> Generation:
    """This has queries read again what they read before the last switch."""
    return _switch(projection, State.KEPT, "there was no switch since the last rebuild")


def switch_to(projection: Projection, generation: Generation) -> None:
    """This makes a generation the live one, inside the caller's transaction."""
    refuse_unless_in_charge(projection)
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


def refuse_unless_in_charge(projection: Projection) -> None:
    """This refuses while the module is being moved or elsewhere: what is read moves along with it.

    Raises:
        NotInCharge: it is.
    """
    if not is_in_charge(projection.module):
        raise NotInCharge(
            f"{projection.module} is being moved, or is elsewhere: what {projection.name} is read "
            "from is switched once it is here again",
            read_model=projection.name,
        )


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
