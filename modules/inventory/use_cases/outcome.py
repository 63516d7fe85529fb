"""What a use case says it has done; nothing passes silently."""

from enum import StrEnum


class Outcome(StrEnum):
    """This tells whether something changed, and if not, why not."""

    DONE = "done"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    TOO_LATE = "too late"
