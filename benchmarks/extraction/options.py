"""How much of everything a run does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """These are the sizes of one run; `QUICK` only proves that the harness works.

    Attributes:
        rate: orders a second while the pause is measured, each with ten requests to payments.
            0 for a share of what the machine bears; see `BORNE`.
        few: payments that there are in the smaller database.
        many: those in the larger one.
        moves: how often the module of the smaller database moves out.
        seconds: for how long is looked before a move, and after it.
        open: orders that are open at once while throughput is measured.
        rounds: how often throughput is compared.
    """

    rate: float = 0.0
    few: int = 100_000
    many: int = 1_000_000
    moves: int = 2
    seconds: float = 10.0
    open: int = 16
    rounds: int = 2


#: Of the orders that go through in a second when as many come as can: the rate at which nothing
#: queues up while a mover works as well, and while each message goes over a broker afterwards.
BORNE = 0.6

QUICK = Options(few=200, many=2_000, moves=1, seconds=2.0, open=2, rounds=1)
