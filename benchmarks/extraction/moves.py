"""What a move says of itself, as times and lengths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """This is one move; times are seconds of the epoch, by the database's clock.

    Attributes:
        paused_seconds: from the fence until everybody knew of the new place.
        phases: the seconds of each, in order.
    """

    copied_from: float
    fenced_at: float
    resumed_at: float
    paused_seconds: float
    phases: Mapping[str, float]


def moved(told: Mapping[str, Any]) -> Moved:
    """This reads what `cutover --json` has said."""
    begins = {one["phase"]: _time(one["began_at"]) for one in told["phases"]}
    lengths = {one["phase"]: float(one["seconds"]) for one in told["phases"]}
    return Moved(
        copied_from=begins["copy"],
        fenced_at=begins["fence"],
        resumed_at=begins["resume"] + lengths["resume"],
        paused_seconds=float(told["paused_seconds"]),
        phases=lengths,
    )


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
