"""The account that is kept: the same with ours and with the peer, of the same fields."""

from dataclasses import dataclass

from modules.kernel.contracts import event
from modules.kernel.eventstore.kinds import StreamKind, declare
from modules.kernel.eventstore.store import EventStore

REFERENCE = "an order of the seventeenth"


@event("bench.money_moved", key="account")
class MoneyMoved:
    account: str
    number: int
    amount_minor: int
    currency: str = "EUR"
    reference: str = REFERENCE


@dataclass(slots=True)
class BenchAccount:
    account: str
    balance_minor: int = 0
    moves: int = 0

    def apply(self, event: object) -> None:
        if isinstance(event, MoneyMoved):
            self.balance_minor += event.amount_minor
            self.moves += 1


# Without snapshots: what is measured is what they save.
ACCOUNTS = StreamKind(
    module="bench",
    category="bench.account",
    aggregate=BenchAccount,
    events=(MoneyMoved,),
    snapshot_every=0,
)

declare(ACCOUNTS)

accounts = EventStore(ACCOUNTS)


def moved(account: str, count: int) -> list[object]:
    """This gives the events of so many moves."""
    return [MoneyMoved(account=account, number=number, amount_minor=100) for number in range(count)]
