"""What payments refuses to show, and to do with an account.

Problem
├── NotFound
│   ├── UnknownPayment       it is of another customer's order
│   └── UnknownAccount       nothing was ever paid in, or it is another customer's
├── Forbidden
│   └── NotYourAccount       money is moved in one's own account, or by the house
├── Conflict
│   ├── InsufficientFunds    more than can be spent
│   ├── OtherCurrency        the account has another one
│   ├── EntryIdReused        the id stands for another entry
│   ├── NothingHeld          the hold was let go, or never was
│   └── BooksClosed          money cannot have gone before the last entry
└── Invalid
    └── InvalidEntry         an amount or a time that no entry can have
"""

from modules.kernel.contracts import Conflict, Forbidden, Invalid, NotFound


class UnknownPayment(NotFound):
    """Facts: order_id."""

    code = "unknown-payment"
    title = "There is no such payment"


class NotYourAccount(Forbidden):
    """Facts: account_id."""

    code = "not-your-account"
    title = "The account is another customer's"


class UnknownAccount(NotFound):
    code = "unknown-account"
    title = "There is no such account"


class InsufficientFunds(Conflict):
    """Facts: account_id, available_minor, amount_minor."""

    code = "insufficient-funds"
    title = "The account does not have so much"


class OtherCurrency(Conflict):
    """Facts: account_id, currency."""

    code = "other-currency"
    title = "The account is kept in another currency"


class EntryIdReused(Conflict):
    """Facts: account_id, entry_id."""

    code = "entry-id-reused"
    title = "The id stands for another entry"


class NothingHeld(Conflict):
    """Facts: account_id, hold_id."""

    code = "nothing-held"
    title = "Nothing is held under this id"


class BooksClosed(Conflict):
    """Facts: account_id, last_at."""

    code = "books-closed"
    title = "Money cannot have gone before the last entry"


class InvalidEntry(Invalid):
    code = "invalid-entry"
    title = "The entry is not valid"
