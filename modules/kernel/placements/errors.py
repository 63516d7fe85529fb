"""What is said of modules that are not where they were, or not yet where they will be.

    Unavailable
    ├── Fenced            the module is being moved: ask again in a moment
    ├── Moved             the module is not in charge in this deployable (any more, or not yet)
    └── PlacesUnknown     the placements could not be read, so nothing may be assumed
    ValueError
    └── StaleEpoch        the module has been somewhere else since

All of the first kind are answered with 503 at the edge; each has ``retry_after_seconds``, which
the resilience pipeline and the edge heed.
"""

from modules.kernel.contracts import Unavailable


class Fenced(Unavailable):
    """This says that a module is being moved, and that the caller's time was over before it ended.

    Nothing has been done.
    """

    code = "module-being-moved"
    title = "The module is being moved"
    epoch: int
    retry_after_seconds = 1.0


class Moved(Unavailable):
    """This says that a module runs somewhere else, and that this deployable has no part in it.

    Nothing has been done.
    """

    code = "module-moved"
    title = "The module runs elsewhere"
    epoch: int
    retry_after_seconds = 1.0


class PlacesUnknown(Unavailable):
    """This says that where modules run could not be read, and what was known is too old."""

    code = "places-unknown"
    title = "Where the module runs is not known at the moment"
    retry_after_seconds = 1.0


class StaleEpoch(ValueError):
    """This says that a module has been somewhere else since."""
