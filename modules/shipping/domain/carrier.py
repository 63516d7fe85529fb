"""The port to carriers: what shipping needs of one, in shipping's words.

Every request names the shipment by its own `reference`, which the carrier keeps: the same
request made twice is one booking, one collection, one cancellation. Calls are made outside
any transaction and repeated after a crash, so an adapter that cannot promise this for its
carrier has to ask the carrier first what it already knows.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from modules.shipping.contracts import Address
from modules.shipping.domain.parcels import Parcel


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """This is what one carrier asks for taking the parcels."""

    carrier: str
    price_minor: int
    currency: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """This says that the carrier will take the parcels."""

    offer: Offer
    tracking_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """This says that the carrier will not, and why; `code` is one of shipping's own."""

    code: str
    detail: str


class Carrier(Protocol):
    """Somebody who brings parcels. Any method raises when the carrier cannot be reached."""

    name: str
    #: How long after the hand-over there is first any use in asking for news.
    first_news_after: timedelta

    def quote(self, *, recipient: Address, parcels: tuple[Parcel, ...]) -> Offer | None:
        """This gives an offer; None where the carrier does not deliver."""

    def book(
        self, *, reference: str, recipient: Address, parcels: tuple[Parcel, ...]
    ) -> Booking | Refusal:
        """This books the shipment; booked already, it gives the same booking."""

    def hand_over(self, *, reference: str, tracking_number: str) -> None:
        """This has the parcels collected."""

    def cancel(self, *, reference: str) -> bool:
        """This takes the booking back, or has the parcels returned if they have left.

        Returns:
            False when it is too late. True for a reference the carrier has never heard of.
        """

    def delivered(self, *, tracking_number: str) -> bool:
        """This tells whether the parcels have arrived."""


def best(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """This sorts offers: cheapest first, of two at one price the faster."""
    return tuple(sorted(offers, key=lambda offer: (offer.price_minor, offer.days, offer.carrier)))
