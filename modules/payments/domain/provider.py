"""The port to whoever moves the money, and what it may answer.

Called by `modules.payments.outward`, outside any transaction; implemented in
`modules.payments.providers`. Every operation may be repeated with the same idempotency
key and then has no second effect; that is what lets a call be made at least once.

ProviderError
├── ProviderUnavailable    it has not happened: repeat the call later
├── ProviderTimedOut       nobody knows whether it happened: ask with `find`
└── ProviderRefused        the provider will not do what must be done: a person must look
"""

from dataclasses import dataclass
from typing import Protocol


class ProviderError(Exception):
    """This says that the provider gave no answer that the business could act on."""


class ProviderUnavailable(ProviderError):
    """This says that the call can be repeated as it was: it has no effect, or one at most."""


class ProviderTimedOut(ProviderError):
    """This says that the authorisation was asked for and no answer came."""


class ProviderRefused(ProviderError):
    """This says that the provider refuses an operation that must not be refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """This is a request to set money aside on a card.

    Attributes:
        idempotency_key: the same for every attempt at this authorisation.
        amount_minor: above 0.
    """

    idempotency_key: str
    amount_minor: int
    currency: str
    payment_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorised:
    """This says that the amount is set aside; `reference` is the provider's name for it."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """This is the provider's "no", with its reason for the customer."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """This is what the provider knows of an authorisation.

    Attributes:
        reference: what can be voided under this name; empty where it knows of nothing.
        set_aside_minor: how much of the customer's money is held now.
    """

    reference: str = ""
    set_aside_minor: int = 0


class PaymentProvider(Protocol):
    """What payments needs of a provider."""

    def authorise(self, request: Authorisation) -> Authorised | Refused:
        """This sets money aside.

        Raises:
            ProviderUnavailable, ProviderTimedOut
        """

    def find(self, request: Authorisation) -> Finding:
        """This asks what became of an authorisation. It never sets money aside itself.

        Raises:
            ProviderUnavailable
        """

    def capture(
        self, reference: str, *, amount_minor: int, currency: str, idempotency_key: str
    ) -> Captured | Refused:
        """This takes what was set aside.

        Args:
            currency: that of the authorisation.

        Raises:
            ProviderUnavailable
        """

    def void(self, reference: str, *, idempotency_key: str) -> None:
        """This lets go of what was set aside; right too where nothing is held any more.

        Raises:
            ProviderUnavailable
            ProviderRefused: the money was captured already; it can only be refunded.
        """

    def refund(
        self, reference: str, *, amount_minor: int, currency: str, idempotency_key: str
    ) -> Refunded | Refused:
        """This gives back part or all of what was captured.

        Args:
            currency: that of the authorisation.

        Raises:
            ProviderUnavailable
        """
