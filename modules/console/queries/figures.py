"""The live figures of the last minutes, from the console's read model."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from modules.console.read_models import Figure, LiveFigures
from modules.kernel.readmodels.lag import lag_of
from modules.kernel.readmodels.projection import projection
from modules.kernel.readmodels.reading import read


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """This is one minute: orders placed in it, and how many ended how."""

    begins_at: datetime
    placed: int
    fulfilled: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """These are the figures of the last minutes.

    Attributes:
        orders_per_minute: placed, on average over the minutes shown.
        failures: how many orders failed, by code, the most frequent first.
        revenue: what was captured without what was refunded, by currency, in minor units.
        lag_seconds: how far the figures are behind.
    """

    minutes: tuple[Minute, ...]
    orders_per_minute: float
    failures: tuple[tuple[str, int], ...]
    revenue: tuple[tuple[str, int], ...]
    lag_seconds: float


def figures(*, now: datetime, minutes: int = 30) -> Figures:
    """This gives the figures of so many minutes up to the present one, the newest first."""
    this_minute = now.replace(second=0, microsecond=0)
    begins = [this_minute - timedelta(minutes=number) for number in range(minutes)]
    rows = read(LiveFigures, lambda: list(Figure.objects.filter(minute__gte=begins[-1])))
    numbers: dict[tuple[str, datetime], int] = {}
    failures: dict[str, int] = {}
    revenue: dict[str, int] = {}
    for row in rows:
        at = (row.kind, row.minute)
        numbers[at] = numbers.get(at, 0) + row.number
        if row.kind == "failed":
            failures[row.label] = failures.get(row.label, 0) + row.number
        if row.kind in ("captured", "refunded"):
            sign = 1 if row.kind == "captured" else -1
            revenue[row.label] = revenue.get(row.label, 0) + sign * row.amount_minor
    shown = tuple(
        Minute(
            begins_at=begin,
            placed=numbers.get(("placed", begin), 0),
            fulfilled=numbers.get(("fulfilled", begin), 0),
            failed=numbers.get(("failed", begin), 0),
        )
        for begin in begins
    )
    return Figures(
        minutes=shown,
        orders_per_minute=sum(one.placed for one in shown) / minutes,
        failures=tuple(sorted(failures.items(), key=lambda one: (-one[1], one[0]))),
        revenue=tuple(sorted(revenue.items())),
        lag_seconds=lag_of(projection(LiveFigures.name)).seconds,
    )
