"""What became of a fact that ordering was told for its own copies."""

from enum import StrEnum


class Outcome(StrEnum):
    """This says whether a copy changed, and why it did not."""

    APPLIED = "applied"
    STALE = "stale"
    UNKNOWN_ORDER = "unknown_order"
