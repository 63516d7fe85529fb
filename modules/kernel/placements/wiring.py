"""The placements that this process goes by: filled from the settings when the apps are ready."""

from modules.kernel.placements.reading import Placements, Unmoved

_placements: Placements = Unmoved()


def placements() -> Placements:
    """This gives what this process goes by."""
    return _placements


def use(other: Placements) -> Placements:
    """This has the process go by others from now on, and gives those before."""
    global _placements
    before, _placements = _placements, other
    return before
