"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """These are the sizes of a run; each can be given as ``--NAME N``.

    Attributes:
        rounds: how often contenders take turns.
        seconds: how long each is asked in a round.
        connections: how many ask at once, where many do.
        pages: how often a page is asked for in a round.
    """

    rounds: int = 15
    seconds: int = 1
    connections: int = 16
    pages: int = 30


#: Only proves that the harness works.
QUICK = Options(rounds=1, seconds=1, connections=4, pages=3)
