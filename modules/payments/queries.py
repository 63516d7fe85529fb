"""The read side: where one payment stands, and what all of them come to."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum

from modules.kernel.contracts import Principal, contract_of
from modules.kernel.eventstore import Recorded
from modules.payments.contracts import PaymentStatus, Takings
from modules.payments.contracts.account_events import AccountOpened, Posting
from modules.payments.contracts.errors import UnknownAccount, UnknownPayment
from modules.payments.domain import State
from modules.payments.domain.account import Account, can_be_account
from modules.payments.models import Payment, accounts

#: While a call is under way, the status that held before it is still the true one.
_STATUS = {
    State.AUTHORISING: "none",
    State.IN_DOUBT: "in_doubt",
    State.AUTHORISED: "authorised",
    State.CAPTURING: "authorised",
    State.CAPTURED: "captured",
    State.REFUNDING: "captured",
    State.VOIDED: "voided",
    State.DECLINED: "declined",
}
#: The states in which an authorisation was had and not lost again.
_AUTHORISED = {State.AUTHORISED, State.CAPTURING, State.CAPTURED, State.REFUNDING, State.VOIDING}


def status_of(order_id: str, *, asked_by: Principal | None = None) -> PaymentStatus:
    """This gives the status of an order's payment; `none` where there is no payment.

    Args:
        asked_by: who may see their own payments only; None for the system itself.

    Raises:
        UnknownPayment: it is of another customer's order.
    """
    row = Payment.objects.filter(order_id=order_id).first()
    if row is not None and asked_by is not None and not asked_by.acts_for(row.customer_id):
        raise UnknownPayment(f"there is no payment for order {order_id}", order_id=order_id)
    if row is None:
        return PaymentStatus(
            order_id=order_id,
            status="none",
            authorised_minor=0,
            captured_minor=0,
            refunded_minor=0,
            currency="",
        )
    return PaymentStatus(
        order_id=order_id,
        status=_status(row),
        authorised_minor=row.amount_minor if State(row.state) in _AUTHORISED else 0,
        captured_minor=row.captured_minor,
        refunded_minor=row.refunded_minor,
        currency=row.currency,
    )


def takings() -> tuple[Takings, ...]:
    """This gives the sums over all payments, a row for each currency, in its order."""
    return tuple(
        Takings(**row)
        for row in Payment.objects.exclude(currency="")
        .values("currency")
        .annotate(
            captured_minor=Sum("captured_minor"),
            refunded_minor=Sum("refunded_minor"),
            in_doubt=Count("id", filter=Q(state=State.IN_DOUBT)),
        )
        .order_by("currency")
    )


def _status(row: Payment) -> str:
    if row.captured_minor and row.refunded_minor == row.captured_minor:
        return "refunded"
    if State(row.state) is State.VOIDING:
        return "captured" if row.captured_minor else "authorised"
    return _STATUS[State(row.state)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """This is one entry of an account, with the balance that it left.

    Attributes:
        kind: the wire name of its event without the module, ``money_deposited``.
        recorded: the event, its two times, who, why and what caused it.
    """

    kind: str
    amount_minor: int
    balance_minor: int
    postings: tuple[Posting, ...]
    recorded: Recorded


def account(
    account_id: str, *, at: datetime | None = None, known_at: datetime | None = None
) -> Account:
    """This gives an account as it is, or as it was.

    Args:
        at: counting the entries that were in effect by then, to the microsecond.
        known_at: counting those that had been recorded by then.

    Raises:
        UnknownAccount: nothing was ever paid in.
    """
    if not can_be_account(account_id):
        raise _unknown(account_id)
    now = accounts.load(account_id)
    if not now.version:
        raise _unknown(account_id)
    if at is None and known_at is None:
        return now.state
    then = accounts.load_past(account_id, at=at, known_at=known_at).state
    # Before its first entry it had nothing, in the currency that it was opened with.
    then.currency = now.state.currency
    return then


def entries(account_id: str, *, after: int = 0, limit: int = 100) -> tuple[Entry, ...]:
    """This gives entries in the order in which they were recorded.

    Args:
        after: only those after this version of the account.

    Raises:
        UnknownAccount: nothing was ever paid in.
    """
    account(account_id)
    so_far = Account(account_id)
    found: list[Entry] = []
    for record in accounts.history(account_id):
        so_far.apply(record.event)
        postings = getattr(record.event, "postings", ())
        if record.version > after and postings and len(found) < limit:
            found.append(
                Entry(
                    kind=contract_of(record.event).name.partition(".")[2],
                    amount_minor=record.event.amount_minor,
                    balance_minor=so_far.balance_minor,
                    postings=postings,
                    recorded=record,
                )
            )
    return tuple(found)


def sum_of_postings() -> dict[str, int]:
    """This adds up every posting there has ever been, by currency: each sum is 0, always."""
    currencies: dict[str, str] = {}
    sums: dict[str, int] = {}
    for stream, event in accounts.replay():
        if isinstance(event, AccountOpened):
            currencies[stream] = event.currency
        for posting in getattr(event, "postings", ()):
            currency = currencies[stream]
            sums[currency] = sums.get(currency, 0) + posting.amount_minor
    return sums


def _unknown(account_id: str) -> UnknownAccount:
    return UnknownAccount(
        f"there is no account {account_id!r}: the first deposit opens it", account_id=account_id
    )
