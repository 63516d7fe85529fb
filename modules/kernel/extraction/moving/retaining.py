"""Why retention deletes nothing for a while: a log that moves is compared with its copy."""

from __future__ import annotations

from modules.kernel.extraction.models import Move
from modules.kernel.extraction.moving.sides import SOURCE
from modules.kernel.placements import State, read_placements


def reason(source: str) -> str:
    """This gives why nothing may be deleted from a log now; empty where it may.

    On the side that the module leaves: what was copied must be there to be compared. In standby
    nobody holds the horizon: the module's consumers have no place there before the switch.
    """
    if source != SOURCE:
        return ""  # A deployable of several logs moves no module.
    moving = Move.objects.using(source).filter(state=Move.State.RUNNING)
    for module in moving.values_list("module", flat=True)[:1]:
        return (
            f"a move of {module} is under way. Prune when it has ended (`manage.py cutover {module}"
            " --status`)"
        )
    for module, placed in sorted(read_placements(source).items()):
        if placed.state is State.STANDBY:
            return f"{module} is in standby here. Prune when it is in charge here"
    return ""
