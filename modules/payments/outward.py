"""Calls that leave the database: one operation of the provider for each `CallProvider`.

Run by the consumer ``payments.outward`` outside any transaction, at least once; the
idempotency keys see to it that once is what the provider makes of it (P3). What is raised
here is retried by the bus with backoff and parked in the end, for an operator to see.
"""

from modules.kernel.messaging import Delivery
from modules.payments.contracts.commands import CallProvider
from modules.payments.domain import Operation, Outcome
from modules.payments.domain.provider import (
    Authorisation,
    PaymentProvider,
    ProviderRefused,
    ProviderTimedOut,
    Refused,
)
from modules.payments.domain.steps import NothingFound, Settled, TimedOut, Voided


class ProviderCalls:
    """This calls the provider that it was given, once for each `CallProvider`."""

    def __init__(self, provider: PaymentProvider) -> None:
        self.provider = provider

    def __call__(self, command: CallProvider, delivery: Delivery) -> Outcome:
        match Operation(command.operation):
            case Operation.AUTHORISE:
                return self._authorise(command)
            case Operation.SETTLE:
                return self._settle(command)
            case Operation.CAPTURE:
                return self.provider.capture(
                    command.reference,
                    amount_minor=command.amount_minor,
                    currency=command.currency,
                    idempotency_key=command.idempotency_key,
                )
            case Operation.VOID:
                self.provider.void(command.reference, idempotency_key=command.idempotency_key)
                return Voided()
            case Operation.GIVE_BACK:
                return self._give_back(command)
            case Operation.REFUND:
                return self.provider.refund(
                    command.reference,
                    amount_minor=command.amount_minor,
                    currency=command.currency,
                    idempotency_key=command.idempotency_key,
                )

    def _authorise(self, command: CallProvider) -> Outcome:
        try:
            return self.provider.authorise(_authorisation(command))
        except ProviderTimedOut:
            # An outcome, not a failure: repeating the call would tell no more than asking.
            return TimedOut()

    def _settle(self, command: CallProvider) -> Outcome:
        finding = self.provider.find(_authorisation(command))
        if not finding.reference:
            return NothingFound(attempt=command.attempt)
        # Let go even where nothing is held now, lest the unanswered call arrives later.
        self.provider.void(finding.reference, idempotency_key=f"{command.order_id}:settle")
        return Settled()

    def _give_back(self, command: CallProvider) -> Outcome:
        outcome = self.provider.refund(
            command.reference,
            amount_minor=command.amount_minor,
            currency=command.currency,
            idempotency_key=command.idempotency_key,
        )
        if isinstance(outcome, Refused):
            # An undo cannot be declined: it is retried, and parked for a person at last.
            raise ProviderRefused(
                f"the provider does not give back the payment for order {command.order_id}: "
                f"{outcome.detail}"
            )
        return outcome


def _authorisation(command: CallProvider) -> Authorisation:
    return Authorisation(
        idempotency_key=command.idempotency_key,
        amount_minor=command.amount_minor,
        currency=command.currency,
        payment_token=command.payment_token,
    )
