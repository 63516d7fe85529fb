"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """These are the sizes of a run; each can be given as ``--NAME N``.

    Attributes:
        rounds: how often contenders take turns.
        calls: how many calls a round is made of.
    """

    rounds: int = 15
    calls: int = 20_000


#: Only proves that the harness works.
QUICK = Options(rounds=2, calls=200)
