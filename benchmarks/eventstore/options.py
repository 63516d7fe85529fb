"""How much of everything a run does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """These are the sizes of one run; `QUICK` only proves that the harness works.

    Attributes:
        rounds: how often contenders take turns.
        seconds: how long each appends, or loads, in a round.
        length: events of a stream that is loaded.
        replayed: events of all streams that are replayed.
        projected: events that a projection takes in; the peer, which is slower, a tenth.
        latencies: writes that are read back, one after another.
        past: events that a full store holds already.
    """

    rounds: int = 5
    seconds: float = 3.0
    length: int = 1_000
    replayed: int = 200_000
    projected: int = 40_000
    latencies: int = 300
    past: int = 10_000_000


QUICK = Options(
    rounds=1,
    seconds=0.3,
    length=50,
    replayed=500,
    projected=400,
    latencies=10,
    past=2_000,
)
