"""A customer's account: store credit, kept as double entries. Plain Python: no Django.

Each entry moves an amount from one ledger to another, so its two postings sum to zero, and
all postings of all entries do (P9). The account is what its events have made of it: methods
decide and give the events that follow, or raise; `apply` alone changes the state.

Source: L. Pacioli, "Summa de arithmetica" (1494); M. Fowler, "Accounting Patterns".
"""

from dataclasses import dataclass, field
from enum import StrEnum

from modules.payments.contracts.account_events import (
    AccountOpened,
    CaptureRefunded,
    HoldCaptured,
    HoldReleased,
    MoneyDeposited,
    MoneyHeld,
    MoneyWithdrawn,
    Posting,
)
from modules.payments.contracts.errors import (
    EntryIdReused,
    InsufficientFunds,
    InvalidEntry,
    NothingHeld,
    OtherCurrency,
    UnknownAccount,
)

OUTSIDE, SALES = "outside", "sales"

#: Longer ids would not fit where streams and references are stored.
ACCOUNT_ID_LENGTH_MAX = 120

#: An entry of more is a slip of the hand.
AMOUNT_MINOR_MAX = 10**15

Events = list[object]


def can_be_account(account_id: str) -> bool:
    """This tells whether a text can be the id of an account at all; databases refuse NUL."""
    return 0 < len(account_id) <= ACCOUNT_ID_LENGTH_MAX and "\0" not in account_id


class Standing(StrEnum):
    """This is what became of a hold."""

    HELD = "held"
    RELEASED = "released"
    CAPTURED = "captured"


@dataclass(slots=True, kw_only=True)
class Hold:
    """This is money set aside for one purchase, and what was given back of it since."""

    amount_minor: int
    standing: Standing = Standing.HELD
    refunded_minor: int = 0


@dataclass(slots=True)
class Account:
    """This is one customer's credit, in one currency.

    Attributes:
        balance_minor: what is the customer's, with what is held of it.
        entries: the amount of each entry by kind and id: one asked for again is not made again,
            and a customer cannot choose an id that stands in another kind's way.
    """

    account_id: str
    currency: str = ""
    holder_name: str = ""
    balance_minor: int = 0
    held_minor: int = 0
    holds: dict[str, Hold] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)

    @property
    def available_minor(self) -> int:
        return self.balance_minor - self.held_minor

    def deposit(
        self, *, entry_id: str, amount_minor: int, currency: str, holder_name: str = ""
    ) -> Events:
        """This pays in; the first deposit opens the account. Raises: OtherCurrency."""
        if self._is_done("deposit", entry_id, amount_minor):
            return []
        opened: Events = []
        if not self.currency:
            opened = [
                AccountOpened(
                    account_id=self.account_id, currency=currency, holder_name=holder_name
                )
            ]
        else:
            self._check_currency(currency)
        return [
            *opened,
            MoneyDeposited(
                account_id=self.account_id,
                entry_id=entry_id,
                amount_minor=amount_minor,
                postings=self._moved(OUTSIDE, self._customer, amount_minor),
            ),
        ]

    def withdraw(self, *, entry_id: str, amount_minor: int, currency: str) -> Events:
        """This pays out. Raises: InsufficientFunds, OtherCurrency, UnknownAccount."""
        if self._is_done("withdraw", entry_id, amount_minor):
            return []
        self._check_currency(currency)
        self._check_funds(amount_minor)
        return [
            MoneyWithdrawn(
                account_id=self.account_id,
                entry_id=entry_id,
                amount_minor=amount_minor,
                postings=self._moved(self._customer, OUTSIDE, amount_minor),
            )
        ]

    def hold(self, *, hold_id: str, amount_minor: int, currency: str) -> Events:
        """This sets aside, once for each hold id, and never again after it was let go.

        Raises:
            InsufficientFunds, OtherCurrency, UnknownAccount
            NothingHeld: it was let go before.
        """
        known = self.holds.get(hold_id)
        if known is not None and known.standing is Standing.RELEASED:
            raise self._nothing_held(hold_id)
        if self._is_done("hold", hold_id, amount_minor):
            return []
        self._check_currency(currency)
        self._check_funds(amount_minor)
        return [
            MoneyHeld(
                account_id=self.account_id,
                entry_id=hold_id,
                amount_minor=amount_minor,
                postings=self._moved(self._customer, self._held, amount_minor),
            )
        ]

    def release(self, *, hold_id: str) -> Events:
        """This lets go of what is held; nothing where it was let go. Raises: NothingHeld."""
        hold = self._find(hold_id)
        if hold.standing is Standing.RELEASED:
            return []
        if hold.standing is Standing.CAPTURED:
            raise self._nothing_held(hold_id)
        return [
            HoldReleased(
                account_id=self.account_id,
                entry_id=f"{hold_id}:release",
                hold_id=hold_id,
                amount_minor=hold.amount_minor,
                postings=self._moved(self._held, self._customer, hold.amount_minor),
            )
        ]

    def capture(self, *, hold_id: str) -> Events:
        """This takes what is held; nothing where it was taken. Raises: NothingHeld."""
        hold = self._find(hold_id)
        if hold.standing is Standing.CAPTURED:
            return []
        if hold.standing is Standing.RELEASED:
            raise self._nothing_held(hold_id)
        return [
            HoldCaptured(
                account_id=self.account_id,
                entry_id=f"{hold_id}:capture",
                hold_id=hold_id,
                amount_minor=hold.amount_minor,
                postings=self._moved(self._held, SALES, hold.amount_minor),
            )
        ]

    def refund(self, *, entry_id: str, hold_id: str, amount_minor: int) -> Events:
        """This gives back part of what was taken, once for each entry id.

        Raises:
            NothingHeld: that much was never taken.
        """
        if self._is_done("refund", entry_id, amount_minor):
            return []
        hold = self._find(hold_id)
        if (
            hold.standing is not Standing.CAPTURED
            or hold.refunded_minor + amount_minor > hold.amount_minor
        ):
            raise self._nothing_held(hold_id)
        return [
            CaptureRefunded(
                account_id=self.account_id,
                entry_id=entry_id,
                hold_id=hold_id,
                amount_minor=amount_minor,
                postings=self._moved(SALES, self._customer, amount_minor),
            )
        ]

    def apply(self, event: object) -> None:
        """This changes the state by one event that has happened."""
        match event:
            case AccountOpened():
                self.currency, self.holder_name = event.currency, event.holder_name
            case MoneyDeposited():
                self._note("deposit", event.entry_id, event.amount_minor)
                self.balance_minor += event.amount_minor
            case MoneyWithdrawn():
                self._note("withdraw", event.entry_id, event.amount_minor)
                self.balance_minor -= event.amount_minor
            case MoneyHeld():
                self._note("hold", event.entry_id, event.amount_minor)
                self.held_minor += event.amount_minor
                self.holds[event.entry_id] = Hold(amount_minor=event.amount_minor)
            case HoldReleased():
                self.held_minor -= event.amount_minor
                self.holds[event.hold_id].standing = Standing.RELEASED
            case HoldCaptured():
                self.held_minor -= event.amount_minor
                self.balance_minor -= event.amount_minor
                self.holds[event.hold_id].standing = Standing.CAPTURED
            case CaptureRefunded():
                self._note("refund", event.entry_id, event.amount_minor)
                self.balance_minor += event.amount_minor
                self.holds[event.hold_id].refunded_minor += event.amount_minor

    @property
    def _customer(self) -> str:
        return f"customer:{self.account_id}"

    @property
    def _held(self) -> str:
        return f"held:{self.account_id}"

    def _moved(self, source: str, target: str, amount_minor: int) -> tuple[Posting, ...]:
        if not 0 < amount_minor <= AMOUNT_MINOR_MAX:
            raise InvalidEntry(f"an entry's amount is 1 to {AMOUNT_MINOR_MAX}, not {amount_minor}")
        return (
            Posting(ledger=source, amount_minor=-amount_minor),
            Posting(ledger=target, amount_minor=amount_minor),
        )

    def _note(self, kind: str, entry_id: str, amount_minor: int) -> None:
        self.entries[f"{kind} {entry_id}"] = amount_minor

    def _is_done(self, kind: str, entry_id: str, amount_minor: int) -> bool:
        done = self.entries.get(f"{kind} {entry_id}")
        if done is not None and done != amount_minor:
            raise EntryIdReused(
                f"{entry_id!r} is a {kind} of {done} already: use a new id for a new entry",
                account_id=self.account_id,
                entry_id=entry_id,
            )
        return done is not None

    def _check_currency(self, currency: str) -> None:
        if not self.currency:
            raise UnknownAccount(
                f"there is no account {self.account_id!r}: the first deposit opens it",
                account_id=self.account_id,
            )
        if currency != self.currency:
            raise OtherCurrency(
                f"account {self.account_id} is kept in {self.currency}, not in {currency}",
                account_id=self.account_id,
                currency=self.currency,
            )

    def _check_funds(self, amount_minor: int) -> None:
        if amount_minor > self.available_minor:
            raise InsufficientFunds(
                f"account {self.account_id} can spend {self.available_minor}, not {amount_minor}",
                account_id=self.account_id,
                available_minor=self.available_minor,
                amount_minor=amount_minor,
            )

    def _find(self, hold_id: str) -> Hold:
        if hold_id not in self.holds:
            raise self._nothing_held(hold_id)
        return self.holds[hold_id]

    def _nothing_held(self, hold_id: str) -> NothingHeld:
        return NothingHeld(
            f"{hold_id!r} holds nothing, or not so much, on account {self.account_id}",
            account_id=self.account_id,
            hold_id=hold_id,
        )
