"""Which provider a payment is made with: its token says so, and later its reference."""

from modules.payments.domain.provider import (
    Authorisation,
    Authorised,
    Captured,
    Finding,
    PaymentProvider,
    Refunded,
    Refused,
)
from modules.payments.providers.store_credit import PREFIX


class ProviderByToken:
    """This passes each call to store credit or to the provider of cards."""

    def __init__(self, *, cards: PaymentProvider, credit: PaymentProvider) -> None:
        self._cards = cards
        self._credit = credit

    def authorise(self, request: Authorisation) -> Authorised | Refused:
        return self._for(request.payment_token).authorise(request)

    def find(self, request: Authorisation) -> Finding:
        return self._for(request.payment_token).find(request)

    def capture(
        self, reference: str, *, amount_minor: int, currency: str, idempotency_key: str
    ) -> Captured | Refused:
        return self._for(reference).capture(
            reference,
            amount_minor=amount_minor,
            currency=currency,
            idempotency_key=idempotency_key,
        )

    def void(self, reference: str, *, idempotency_key: str) -> None:
        self._for(reference).void(reference, idempotency_key=idempotency_key)

    def refund(
        self, reference: str, *, amount_minor: int, currency: str, idempotency_key: str
    ) -> Refunded | Refused:
        return self._for(reference).refund(
            reference,
            amount_minor=amount_minor,
            currency=currency,
            idempotency_key=idempotency_key,
        )

    def _for(self, name: str) -> PaymentProvider:
        return self._credit if name.startswith(PREFIX) else self._cards
