"""Figures: what was measured, how far the rounds lay apart, and whether the bar was met.

A machine that others use too is slower in one minute than in the next. So contenders take
turns in every round, in one direction and then in the other, and only ratios within a round
are compared.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """This is how far the values of several rounds lay apart."""

    minimum: float
    median: float
    maximum: float

    def __format__(self, spec: str) -> str:
        low, middle, high = (
            format(value, spec) for value in (self.minimum, self.median, self.maximum)
        )
        return f"{middle} ({low} to {high})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """This is one line of the report.

    Attributes:
        name: what was measured.
        bar: what it is held against, in words.
        measured: the value or the ratio, with its spread, in words.
        met: whether the bar was met, by the median where there are rounds.
        details: everything measured on the way, for the JSON.
        note: what the reader must know to judge the figure.
    """

    name: str
    bar: str
    measured: str
    met: bool
    details: Mapping[str, object] = field(default_factory=dict)
    note: str = ""


def spread_of(values: Sequence[float]) -> Spread:
    """This gives the spread of one value a round."""
    return Spread(minimum=min(values), median=statistics.median(values), maximum=max(values))


def percentile(values: Sequence[float], percent: float) -> float:
    """This gives the smallest value that is at least as large as `percent` of all."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]


def interleave(
    contenders: Mapping[str, Callable[[], float]], *, rounds: int
) -> dict[str, list[float]]:
    """This has the contenders take turns, and gives each one's value in each round."""
    measured: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        names = list(contenders) if number % 2 == 0 else list(contenders)[::-1]
        for name in names:
            measured[name].append(contenders[name]())
    return measured


def ratios(measured: Mapping[str, Sequence[float]], ours: str, peer: str) -> list[float]:
    """This gives ours divided by the peer's, round by round."""
    return [
        mine / other if other else 0.0
        for mine, other in zip(measured[ours], measured[peer], strict=True)
    ]
