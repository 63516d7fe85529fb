"""The providers under one roof: what a conformance test needs of each beside the port itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pytest
from django.db.models import Sum

from modules.payments import use_cases
from modules.payments.domain.provider import Authorisation, PaymentProvider
from modules.payments.models import SandboxAuthorisation, SandboxRefund, accounts
from modules.payments.providers.sandbox import SandboxProvider, happens_unanswered
from modules.payments.providers.store_credit import StoreCredit
from modules.payments.providers.stripe import StripeProvider
from modules.payments.tests.stripe_books import DECLINED_CARD, GOOD_CARD
from modules.payments.tests.stripe_stand_in import API_KEY, Fault, StripeStandIn


class Bank(Protocol):
    """This is a provider whose books a test may open, and which fails when told to."""

    provider: PaymentProvider

    @property
    def set_aside_minor(self) -> int: ...
    @property
    def taken_minor(self) -> int: ...
    def good(self) -> Authorisation: ...
    def declined(self) -> Authorisation: ...
    def unavailable_twice(self) -> Authorisation: ...
    def unanswered(self, *, happens: bool) -> Authorisation: ...


class SandboxBank:
    """This is the sandbox, whose tokens say how it fails."""

    def __init__(self) -> None:
        self.provider: PaymentProvider = SandboxProvider()

    @property
    def set_aside_minor(self) -> int:
        held = SandboxAuthorisation.objects.filter(standing="held")
        return int(held.aggregate(sum=Sum("amount_minor", default=0))["sum"])

    @property
    def taken_minor(self) -> int:
        taken = SandboxAuthorisation.objects.filter(standing="captured")
        back = SandboxRefund.objects.aggregate(sum=Sum("amount_minor", default=0))["sum"]
        return int(taken.aggregate(sum=Sum("amount_minor", default=0))["sum"]) - int(back)

    def good(self) -> Authorisation:
        return authorisation("tok_ok")

    def declined(self) -> Authorisation:
        return authorisation("tok_declined")

    def unavailable_twice(self) -> Authorisation:
        return authorisation("tok_flaky")

    def unanswered(self, *, happens: bool) -> Authorisation:
        keys = (f"order-{number}:authorise" for number in range(100))
        key = next(key for key in keys if happens_unanswered(key) is happens)
        return authorisation("tok_timeout", key=key)


class StripeBank:
    """This is Stripe, whose stand-in fails when told to."""

    def __init__(self, stand_in: StripeStandIn) -> None:
        self.stand_in = stand_in
        stripe = stripe_provider(stand_in)
        self.provider: PaymentProvider = stripe
        self.close = stripe.close

    @property
    def set_aside_minor(self) -> int:
        return self.stand_in.books.set_aside_minor

    @property
    def taken_minor(self) -> int:
        return self.stand_in.books.taken_minor

    def good(self) -> Authorisation:
        return authorisation(GOOD_CARD)

    def declined(self) -> Authorisation:
        return authorisation(DECLINED_CARD)

    def unavailable_twice(self) -> Authorisation:
        self.stand_in.fail("/payment_intents", Fault.RATE_LIMITED, times=2)
        return authorisation(GOOD_CARD)

    def unanswered(self, *, happens: bool) -> Authorisation:
        self.stand_in.fail("/confirm", Fault.DONE_BUT_UNANSWERED if happens else Fault.LOST)
        return authorisation(GOOD_CARD)


class CreditBank:
    """This is the ledger, with 10,000 on one account; what it is asked for is never unanswered."""

    def __init__(self) -> None:
        self.provider: PaymentProvider = StoreCredit()
        use_cases.deposit(account_id="ann", entry_id="first", amount_minor=10_000, currency="USD")

    @property
    def set_aside_minor(self) -> int:
        return accounts.load("ann").state.held_minor

    @property
    def taken_minor(self) -> int:
        return 10_000 - accounts.load("ann").state.balance_minor

    def good(self) -> Authorisation:
        return authorisation("credit:ann")

    def declined(self) -> Authorisation:
        return authorisation("credit:nobody")

    def unavailable_twice(self) -> Authorisation:
        pytest.skip("the ledger is in the module's own database: where one is, the other is")

    def unanswered(self, *, happens: bool) -> Authorisation:
        pytest.skip("a call of the ledger is a transaction: it is answered, or did not happen")


def authorisation(token: str, *, key: str = "order-1:authorise") -> Authorisation:
    return Authorisation(
        idempotency_key=key, amount_minor=2500, currency="USD", payment_token=token
    )


def stripe_provider(stand_in: StripeStandIn) -> StripeProvider:
    """This gives the adapter with so little patience that a test may try it."""
    return StripeProvider(api_key=API_KEY, api_base=stand_in.url, read_seconds=0.3)


@contextmanager
def open_bank(name: str) -> Iterator[Bank]:
    """This opens the bank of the name, ``sandbox``, ``stripe`` or ``credit``."""
    if name in ("sandbox", "credit"):
        yield SandboxBank() if name == "sandbox" else CreditBank()
        return
    with StripeStandIn() as stand_in:
        bank = StripeBank(stand_in)
        try:
            yield bank
        finally:
            bank.close()
