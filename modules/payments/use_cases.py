"""The write side: each use case is one transaction on one payment.

Called by `handlers`; the aggregate decides, and its steps become messages: answers are
appended as events, calls as `CallProvider`, which `outward` carries out after the commit.
"""

from collections.abc import Callable
from datetime import datetime

from modules.kernel.messaging import UnitOfWork, unit_of_work
from modules.payments import domain, queries
from modules.payments.contracts import (
    RETURN_REFUND_ID,
    AuthorisePayment,
    CapturePayment,
    RefundPayment,
    VoidPayment,
)
from modules.payments.contracts.commands import CallProvider
from modules.payments.contracts.errors import BooksClosed, InvalidEntry
from modules.payments.domain.account import ACCOUNT_ID_LENGTH_MAX, Account, can_be_account
from modules.payments.models import Payment, accounts
from modules.payments.providers.store_credit import CREDIT, PREFIX

CUSTOMER_ID_LENGTH_MAX = 200

Steps = list[domain.Answer | domain.Call]


def authorise_payment(command: AuthorisePayment, *, request_id: str = "") -> None:
    """This has the amount set aside; answered by authorised or declined."""
    _change(
        command.order_id,
        lambda payment: payment.authorise(
            amount_minor=command.amount_minor,
            currency=command.currency,
            payment_token=_token_of(command),
            request_id=request_id,
        ),
        customer_id=command.customer_id,
    )


def capture_payment(command: CapturePayment, *, request_id: str = "") -> None:
    """This has the amount taken; answered by captured or declined."""
    _change(command.order_id, lambda payment: payment.capture(request_id=request_id))


def void_payment(command: VoidPayment, *, request_id: str = "") -> None:
    """This has everything undone, and a late authorisation refused; answered by voided."""
    _change(command.order_id, lambda payment: payment.void(request_id=request_id))


def refund_payment(command: RefundPayment, *, request_id: str = "") -> None:
    """This has part of the money given back; answered by refunded or refused."""
    _change(
        command.order_id,
        lambda payment: payment.refund(
            refund_id=command.refund_id,
            amount_minor=command.amount_minor,
            request_id=request_id,
        ),
    )


def refund_return(*, order_id: str) -> None:
    """This has all that is left given back, because the goods are back; answered by refunded."""
    _change(order_id, lambda payment: payment.give_all_back(refund_id=RETURN_REFUND_ID))


def record_outcome(command: CallProvider, outcome: domain.Outcome) -> None:
    """This writes down what the provider did and answers whoever waits for it."""
    _change(
        command.order_id,
        lambda payment: payment.record(domain.Operation(command.operation), outcome),
    )


def deposit(
    *,
    account_id: str,
    entry_id: str,
    amount_minor: int,
    currency: str,
    holder_name: str = "",
    effective_at: datetime | None = None,
) -> Account:
    """This pays money into an account, and opens it if it is the first; once an entry id.

    Args:
        effective_at: when the money came, if before now: it counts from then on.

    Raises:
        OtherCurrency, EntryIdReused, InvalidEntry
    """
    if not can_be_account(account_id):
        raise InvalidEntry(
            f"{account_id[:40]!r}… cannot be an account's id: it has 1 to "
            f"{ACCOUNT_ID_LENGTH_MAX} characters, none of them NUL"
        )
    return accounts.change(
        account_id,
        lambda account: account.deposit(
            entry_id=entry_id,
            amount_minor=amount_minor,
            currency=currency,
            holder_name=holder_name,
        ),
        effective_at=effective_at,
    ).state


def withdraw(
    *,
    account_id: str,
    entry_id: str,
    amount_minor: int,
    currency: str,
    effective_at: datetime | None = None,
) -> Account:
    """This pays money out of an account, never more than can be spent; once an entry id.

    Args:
        effective_at: when the money went, if before now; not before the account's last entry,
            so that at no time in the past more had been spent than there was.

    Raises:
        UnknownAccount, InsufficientFunds, OtherCurrency, EntryIdReused, BooksClosed
        InvalidEntry
    """

    queries.account(account_id)  # Before the transaction: it refuses what is no account.

    def decide(account: Account) -> list[object]:
        events = account.withdraw(entry_id=entry_id, amount_minor=amount_minor, currency=currency)
        if events and effective_at is not None:
            _refuse_before_last_entry(account_id, effective_at)
        return events

    return accounts.change(account_id, decide, effective_at=effective_at).state


def _refuse_before_last_entry(account_id: str, effective_at: datetime) -> None:
    last_at = max(record.effective_at for record in accounts.history(account_id))
    if effective_at < last_at:
        raise BooksClosed(
            f"account {account_id} has an entry of {last_at.isoformat()}: money cannot have gone "
            "before it; leave the time away, or name a later one",
            account_id=account_id,
            last_at=last_at.isoformat(),
        )


def _token_of(command: AuthorisePayment) -> str:
    """This gives the token with the account in it where the payment is from one."""
    if command.payment_token != CREDIT:
        # Whose account it is only we say: who names one himself has a card that nobody knows.
        return command.payment_token.replace(PREFIX, f"{CREDIT}-")
    # One that is too long has no account; cut, it is refused like any that is unknown.
    return f"{PREFIX}{command.customer_id[: ACCOUNT_ID_LENGTH_MAX + 1]}"


def _change(
    order_id: str, change: Callable[[domain.Payment], Steps], *, customer_id: str = ""
) -> None:
    with unit_of_work("payments") as work:
        # Locked: commands and outcomes come from two consumers and may meet here.
        row = Payment.locked(order_id)
        row.customer_id = row.customer_id or customer_id[:CUSTOMER_ID_LENGTH_MAX]
        payment = row.aggregate()
        steps = change(payment)
        if payment.state is not domain.State.NEW:
            row.keep(payment)
        for step in steps:
            _append(work, payment, step)


def _append(work: UnitOfWork, payment: domain.Payment, step: domain.Answer | domain.Call) -> None:
    # The request is named at each message: those that waited are not what is handled now.
    if isinstance(step, domain.Answer):
        work.append(step.event, request_id=step.request_id)
    elif step.after:
        work.schedule(as_command(payment, step), after=step.after, request_id=step.request_id)
    else:
        work.append(as_command(payment, step), request_id=step.request_id)


def as_command(payment: domain.Payment, call: domain.Call) -> CallProvider:
    """This gives the command that has a call made; it carries all that the call needs."""
    return CallProvider(
        order_id=payment.order_id,
        operation=call.operation,
        idempotency_key=call.idempotency_key,
        amount_minor=call.amount_minor,
        currency=payment.currency,
        payment_token=payment.payment_token,
        reference=payment.reference,
        attempt=call.attempt,
    )
