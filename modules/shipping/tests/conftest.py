"""A carrier that keeps books, so that a test can see what was really sent for."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from modules.kernel.http.testing import house_client
from modules.shipping import carriers as carriers_package
from modules.shipping import outward
from modules.shipping.carriers.sandbox import SandboxCarrier
from modules.shipping.contracts import Address, BookShipment, ParcelItem
from modules.shipping.domain.carrier import Booking, Carrier, Offer, Refusal
from modules.shipping.domain.parcels import Parcel

#: Fixtures of others.
__all__ = ["house_client"]


class CarrierUnreachable(Exception):
    """This is what a test has the carrier's line fail with."""


class BookkeepingCarrier:
    """This is the sandbox with books, and with a line that can fail.

    Attributes:
        booked: references of the vans that will come.
        in_transit: how many times it will still say that parcels have not arrived.
        lost_answers: how many times its answer to a booking will still get lost.
        on_book: called while a booking is being made.
        gives_back: whether it takes cancellations.
        is_down: nothing reaches it.
    """

    name = "books"
    first_news_after = timedelta(seconds=1)

    def __init__(self) -> None:
        self.sandbox = SandboxCarrier(
            name=self.name,
            prefix="BK",
            parcel_minor=100,
            kilogram_minor=10,
            days=2,
            first_news_after=self.first_news_after,
        )
        self.booked: set[str] = set()
        self.collected: list[str] = []
        self.asked_to_book = 0
        self.in_transit = 0
        self.lost_answers = 0
        self.on_book: Callable[[], None] = lambda: None
        self.gives_back = True
        self.is_down = False

    def quote(self, *, recipient: Address, parcels: tuple[Parcel, ...]) -> Offer | None:
        return self.sandbox.quote(recipient=recipient, parcels=parcels)

    def book(
        self, *, reference: str, recipient: Address, parcels: tuple[Parcel, ...]
    ) -> Booking | Refusal:
        self._answer_the_line()
        self.asked_to_book += 1
        self.on_book()
        self.booked.add(reference)
        if self.lost_answers:
            self.lost_answers -= 1
            raise CarrierUnreachable("the line went dead before the answer")
        return self.sandbox.book(reference=reference, recipient=recipient, parcels=parcels)

    def hand_over(self, *, reference: str, tracking_number: str) -> None:
        self._answer_the_line()
        self.collected.append(tracking_number)

    def cancel(self, *, reference: str) -> bool:
        self._answer_the_line()
        if self.gives_back:
            self.booked.discard(reference)
        return self.gives_back

    def delivered(self, *, tracking_number: str) -> bool:
        if self.in_transit:
            self.in_transit -= 1
            return False
        return True

    def _answer_the_line(self) -> None:
        if self.is_down:
            raise CarrierUnreachable("nobody answers the line")


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> BookkeepingCarrier:
    """This makes the bookkeeping carrier the only one there is."""
    only = BookkeepingCarrier()

    def carriers() -> tuple[Carrier, ...]:
        return (only,)

    monkeypatch.setattr(carriers_package, "carriers", carriers)
    monkeypatch.setattr(outward, "carriers", carriers)
    return only


def address(*, postal_code: str = "51100", name: str = "Paul Henriot") -> Address:
    """This is a restaurant in Reims."""
    return Address(
        name=name,
        line1="59 rue de l'Abbaye",
        city="Reims",
        postal_code=postal_code,
        country="France",
    )


def items(quantity: int = 3) -> tuple[ParcelItem, ...]:
    return (ParcelItem(sku="11", quantity=quantity),)


def booking(
    order_id: str = "order-1", *, recipient: Address | None = None, quantity: int = 3
) -> BookShipment:
    """This is a request to send three pieces to Reims."""
    return BookShipment(order_id=order_id, recipient=recipient or address(), items=items(quantity))
