"""What happens to a customer's account. Facts of the ledger itself, stored for good.

Not among the exports of `contracts`: other modules hear of payments, not of postings.
"""

from dataclasses import dataclass
from typing import Annotated

from modules.kernel.contracts import Personal, event


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """This is one side of an entry: so much more, or less, on one ledger.

    Attributes:
        ledger: ``customer:<id>``, ``held:<id>``, ``outside`` (where money comes from and goes
            to) or ``sales``.
        amount_minor: in the account's currency; the postings of an entry sum to 0.
    """

    ledger: str
    amount_minor: int


@event("payments.account_opened", version=1, key="account_id")
class AccountOpened:
    account_id: str
    currency: str
    holder_name: Annotated[str, Personal(of="account_id")] = ""


@event("payments.money_deposited", version=1, key="account_id")
class MoneyDeposited:
    account_id: str
    entry_id: str
    amount_minor: int
    postings: tuple[Posting, ...]


@event("payments.money_withdrawn", version=1, key="account_id")
class MoneyWithdrawn:
    account_id: str
    entry_id: str
    amount_minor: int
    postings: tuple[Posting, ...]


@event("payments.money_held", version=1, key="account_id")
class MoneyHeld:
    """Set aside for a purchase; the entry's id is the hold's."""

    account_id: str
    entry_id: str
    amount_minor: int
    postings: tuple[Posting, ...]


@event("payments.hold_released", version=1, key="account_id")
class HoldReleased:
    account_id: str
    entry_id: str
    hold_id: str
    amount_minor: int
    postings: tuple[Posting, ...]


@event("payments.hold_captured", version=1, key="account_id")
class HoldCaptured:
    account_id: str
    entry_id: str
    hold_id: str
    amount_minor: int
    postings: tuple[Posting, ...]


@event("payments.capture_refunded", version=1, key="account_id")
class CaptureRefunded:
    account_id: str
    entry_id: str
    hold_id: str
    amount_minor: int
    postings: tuple[Posting, ...]


#: All that a customer's account is made of; each but the first has postings.
ACCOUNT_EVENTS = (
    AccountOpened,
    MoneyDeposited,
    MoneyWithdrawn,
    MoneyHeld,
    HoldReleased,
    HoldCaptured,
    CaptureRefunded,
)
