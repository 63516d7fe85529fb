"""The provider behind ``payment_token: "credit"``: the customer's own account in the ledger.

It keeps the promises of the port by the account's: an entry has one effect, whatever the
number of calls. It is never in doubt; while the database is busy, or the module moves, it is tried
again.
"""

from modules.kernel.contracts import Problem, Unavailable
from modules.payments.contracts.errors import NothingHeld
from modules.payments.domain.account import Standing
from modules.payments.domain.provider import (
    Authorisation,
    Authorised,
    Captured,
    Finding,
    ProviderRefused,
    ProviderUnavailable,
    Refunded,
    Refused,
)
from modules.payments.models import accounts

#: What a customer pays with; payments adds whose account it is.
CREDIT = "credit"

#: A token names the account, ``credit:<account>``; a reference the hold too.
PREFIX = "credit:"


class StoreCredit:
    """This is a payment provider whose money is in the ledger already."""

    def authorise(self, request: Authorisation) -> Authorised | Refused:
        account_id = request.payment_token.removeprefix(PREFIX)
        try:
            accounts.change(
                account_id,
                lambda account: account.hold(
                    hold_id=request.idempotency_key,
                    amount_minor=request.amount_minor,
                    currency=request.currency,
                ),
            )
        except Unavailable as error:
            raise ProviderUnavailable(error.detail) from error
        except Problem as refusal:
            return Refused(detail=refusal.detail)
        return Authorised(reference=_reference(account_id, request.idempotency_key))

    def find(self, request: Authorisation) -> Finding:
        account_id = request.payment_token.removeprefix(PREFIX)
        hold = accounts.load(account_id).state.holds.get(request.idempotency_key)
        if hold is None:
            return Finding()
        return Finding(
            reference=_reference(account_id, request.idempotency_key),
            set_aside_minor=hold.amount_minor if hold.standing is Standing.HELD else 0,
        )

    def capture(
        self, reference: str, *, amount_minor: int, currency: str, idempotency_key: str
    ) -> Captured | Refused:
        account_id, hold_id = _parsed(reference)
        try:
            changed = accounts.change(account_id, lambda account: account.capture(hold_id=hold_id))
        except NothingHeld as refusal:
            return Refused(detail=refusal.detail)
        return Captured(amount_minor=changed.state.holds[hold_id].amount_minor)

    def void(self, reference: str, *, idempotency_key: str) -> None:
        account_id, hold_id = _parsed(reference)
        try:
            accounts.change(account_id, lambda account: account.release(hold_id=hold_id))
        except NothingHeld as refusal:
            raise ProviderRefused(f"{reference} was captured: it can only be refunded") from refusal

    def refund(
        self, reference: str, *, amount_minor: int, currency: str, idempotency_key: str
    ) -> Refunded | Refused:
        account_id, hold_id = _parsed(reference)
        try:
            accounts.change(
                account_id,
                lambda account: account.refund(
                    entry_id=idempotency_key, hold_id=hold_id, amount_minor=amount_minor
                ),
            )
        except NothingHeld as refusal:
            return Refused(detail=refusal.detail)
        return Refunded(amount_minor=amount_minor)


def _reference(account_id: str, hold_id: str) -> str:
    return f"{PREFIX}{hold_id}|{account_id}"


def _parsed(reference: str) -> tuple[str, str]:
    hold_id, _, account_id = reference.removeprefix(PREFIX).partition("|")
    return account_id, hold_id
