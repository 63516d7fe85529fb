"""How much of everything a run does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """These are the sizes of one run; `QUICK` only proves that the harness works.

    Attributes:
        rounds: how often contenders take turns.
        seconds: how long each runs in a round.
        latencies: checkouts that are timed one after another.
        timers: running instances that wait.
    """

    rounds: int = 5
    seconds: float = 8.0
    latencies: int = 100
    timers: int = 100_000


QUICK = Options(rounds=1, seconds=0.5, latencies=5, timers=1_000)
