"""The sandbox carrier: stands in for a parcel service, with no network and no account.

It runs in this process and keeps no books: whatever it would have to remember it derives
from the reference, so the same booking made twice, or before and after a `kill -9`, has one
tracking number. Shipping still calls it as it would call a company, outside transactions
and through `outward.py`, so that a real carrier can take its place without a change there.
"""

import hashlib
from datetime import timedelta

from modules.shipping.contracts import Address
from modules.shipping.domain.carrier import Booking, Offer, Refusal
from modules.shipping.domain.parcels import Parcel

#: The address nobody delivers to, for trying out what happens then.
UNDELIVERABLE_POSTAL_CODE = "00000"

_NEARBY = """
    austria at belgium be denmark dk finland fi france fr germany de ireland ie italy it
    luxembourg lu netherlands nl norway no poland pl portugal pt spain es sweden se
    switzerland ch uk gb
"""
_NEAR = frozenset(_NEARBY.split())


class SandboxCarrier:
    """This is one service of the sandbox carrier.

    Args:
        prefix: the first letters of its tracking numbers.
        parcel_minor: price of a parcel before its weight.
        kilogram_minor: price of each kilogram begun.
        days: to a country nearby; further away it takes three times as long and costs twice.
        first_news_after: it reports whatever it is asked about as delivered, so this is
            how long a delivery takes.
    """

    def __init__(
        self,
        *,
        name: str,
        prefix: str,
        parcel_minor: int,
        kilogram_minor: int,
        days: int,
        first_news_after: timedelta,
    ) -> None:
        self.name = name
        self.first_news_after = first_news_after
        self._prefix = prefix
        self._parcel_minor = parcel_minor
        self._kilogram_minor = kilogram_minor
        self._days = days

    def quote(self, *, recipient: Address, parcels: tuple[Parcel, ...]) -> Offer | None:
        """This gives an offer by count, weight and country."""
        if _is_undeliverable(recipient):
            return None
        near = recipient.country.strip().lower() in _NEAR
        kilograms = sum(-(-parcel.weight_grams // 1000) for parcel in parcels)
        price_minor = len(parcels) * self._parcel_minor + kilograms * self._kilogram_minor
        return Offer(
            carrier=self.name,
            price_minor=price_minor if near else 2 * price_minor,
            currency="USD",
            days=self._days if near else 3 * self._days,
        )

    def book(
        self, *, reference: str, recipient: Address, parcels: tuple[Parcel, ...]
    ) -> Booking | Refusal:
        """This accepts everything but the undeliverable postal code."""
        offer = self.quote(recipient=recipient, parcels=parcels)
        if offer is None:
            return Refusal(
                code="undeliverable-address",
                detail=f"{self.name} does not deliver to postal code {recipient.postal_code}",
            )
        digest = hashlib.blake2b(f"{self.name}:{reference}".encode(), digest_size=8).digest()
        digits = int.from_bytes(digest) % 10**12
        return Booking(offer=offer, tracking_number=f"{self._prefix}{digits:012d}")

    def hand_over(self, *, reference: str, tracking_number: str) -> None:
        """This collects at once."""

    def cancel(self, *, reference: str) -> bool:
        """This always succeeds: shipping does not ask any more once it knows of a delivery."""
        return True

    def delivered(self, *, tracking_number: str) -> bool:
        """This says yes; see `first_news_after`."""
        return True


def _is_undeliverable(recipient: Address) -> bool:
    return recipient.postal_code.strip() == UNDELIVERABLE_POSTAL_CODE
