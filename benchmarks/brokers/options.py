"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """These are the sizes of a run; each can be given as ``--NAME N``.

    Attributes:
        rounds: how often contenders take turns.
        messages: how many are carried in a round; of AWS, whose stand-in is slow, a fiftieth.
        pings: how many are sent one by one, each once the last has arrived; of AWS a tenth.
    """

    rounds: int = 5
    messages: int = 5_000
    pings: int = 100


#: Only proves that the harness works.
QUICK = Options(rounds=1, messages=500, pings=20)
