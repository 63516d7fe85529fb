"""How much of everything a run does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """These are the sizes of one run; `QUICK` only proves that the harness works.

    Attributes:
        rounds: how often contenders take turns.
        seconds: how long each writes in a round.
        writers: processes that write at once.
        workers: processes that deliver at once.
        latencies: messages whose way is timed, one after another.
        backlog: messages that wait when delivery begins.
        past: messages that a long log holds already.
        drained: messages that one worker drains while its memory is watched.
    """

    rounds: int = 7
    seconds: float = 4.0
    writers: int = 8
    workers: int = 4
    latencies: int = 500
    backlog: int = 50_000
    past: int = 10_000_000
    drained: int = 1_000_000


QUICK = Options(
    rounds=1,
    seconds=0.3,
    writers=2,
    workers=2,
    latencies=10,
    backlog=3_000,
    past=5_000,
    drained=3_000,
)
