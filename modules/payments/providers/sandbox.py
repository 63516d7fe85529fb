"""The embedded provider: a bank whose cards do what their token says.

    tok_ok        works
    tok_declined  is declined; so is every token that is not in this list
    tok_flaky     each operation fails twice and then works
    tok_timeout   the authorisation is never answered; for half of the keys it happened

It models an outside party: its books are tables of their own, written in transactions of
their own, before its caller knows the answer. Keeps the promise of the port that a key has
one effect, so that the calls above it may be repeated (P3, P9).
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import F, Sum

from modules.kernel.contracts import new_id
from modules.kernel.messaging import unit_of_work
from modules.payments.domain.provider import (
    Authorisation,
    Authorised,
    Captured,
    Finding,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
    Refunded,
    Refused,
)
from modules.payments.models import SandboxAuthorisation, SandboxFailure, SandboxRefund

OK, FLAKY, TIMEOUT = "tok_ok", "tok_flaky", "tok_timeout"
FLAKY_FAILURES = 2

Standing = SandboxAuthorisation.Standing


class SandboxProvider:
    """This is a payment provider that exists for development, demonstrations and tests."""

    def authorise(self, request: Authorisation) -> Authorised | Refused:
        if request.payment_token not in {OK, FLAKY, TIMEOUT}:
            return Refused(detail="the card was declined")
        if request.payment_token == TIMEOUT:
            if happens_unanswered(request.idempotency_key):
                self._hold(request)
            raise ProviderTimedOut("the provider did not answer")
        self._fail_if_flaky(request.payment_token, request.idempotency_key)
        held = self._hold(request)
        if held.standing == Standing.VOIDED:
            return Refused(detail="the authorisation was voided")
        return Authorised(reference=held.reference)

    def find(self, request: Authorisation) -> Finding:
        held = SandboxAuthorisation.objects.filter(idempotency_key=request.idempotency_key).first()
        if held is None:
            return Finding()
        is_held = held.standing == Standing.HELD
        return Finding(
            reference=held.reference, set_aside_minor=held.amount_minor if is_held else 0
        )

    def capture(
        self, reference: str, *, amount_minor: int, currency: str, idempotency_key: str
    ) -> Captured | Refused:
        self._fail_if_flaky(_token_of(reference), idempotency_key)
        with _locked(reference) as held:
            if held.standing == Standing.VOIDED:
                return Refused(detail="the authorisation was voided")
            held.standing = Standing.CAPTURED
            held.save(update_fields=["standing"])
            return Captured(amount_minor=held.amount_minor)

    def void(self, reference: str, *, idempotency_key: str) -> None:
        self._fail_if_flaky(_token_of(reference), idempotency_key)
        with _locked(reference) as held:
            if held.standing == Standing.CAPTURED:
                raise ProviderRefused(f"{reference} was captured: it can only be refunded")
            held.standing = Standing.VOIDED
            held.save(update_fields=["standing"])

    def refund(
        self, reference: str, *, amount_minor: int, currency: str, idempotency_key: str
    ) -> Refunded | Refused:
        self._fail_if_flaky(_token_of(reference), idempotency_key)
        with _locked(reference) as held:
            done = SandboxRefund.objects.filter(idempotency_key=idempotency_key).first()
            if done is not None:
                return Refunded(amount_minor=done.amount_minor)
            given_back = held.refunds.aggregate(sum=Sum("amount_minor", default=0))["sum"]
            if held.standing != Standing.CAPTURED or given_back + amount_minor > held.amount_minor:
                return Refused(detail="that much was never taken")
            held.refunds.create(idempotency_key=idempotency_key, amount_minor=amount_minor)
            return Refunded(amount_minor=amount_minor)

    def _hold(self, request: Authorisation) -> SandboxAuthorisation:
        with unit_of_work("payments"):
            held, _ = SandboxAuthorisation.objects.get_or_create(
                idempotency_key=request.idempotency_key,
                defaults={
                    "reference": f"sandbox_{new_id().hex}",
                    "payment_token": request.payment_token,
                    "amount_minor": request.amount_minor,
                    "currency": request.currency,
                },
            )
        return held

    def _fail_if_flaky(self, payment_token: str, idempotency_key: str) -> None:
        if payment_token != FLAKY:
            return
        with unit_of_work("payments"):
            SandboxFailure.objects.get_or_create(idempotency_key=idempotency_key)
            fails = (
                SandboxFailure.objects.filter(
                    idempotency_key=idempotency_key, failures__lt=FLAKY_FAILURES
                ).update(failures=F("failures") + 1)
                > 0
            )
        # Outside the block, or the count would be rolled back with the error.
        if fails:
            raise ProviderUnavailable("the provider is not available; try again")


def happens_unanswered(idempotency_key: str) -> bool:
    """This says whether an authorisation with ``tok_timeout`` happens: for half of the keys."""
    return zlib.crc32(idempotency_key.encode()) % 2 == 0


def _token_of(reference: str) -> str:
    return SandboxAuthorisation.objects.values_list("payment_token", flat=True).get(
        reference=reference
    )


@contextmanager
def _locked(reference: str) -> Iterator[SandboxAuthorisation]:
    # The module's unit of work, so that it takes its turn among the writers of SQLite.
    with unit_of_work("payments"):
        yield SandboxAuthorisation.objects.select_for_update().get(reference=reference)
