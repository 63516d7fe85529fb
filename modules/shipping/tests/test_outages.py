"""A carrier that nobody reaches for minutes: what was asked of it goes through without a person."""

import pytest
from django.db.models.functions import Now

from modules.kernel.messaging.models import SetAside
from modules.kernel.messaging.testing import deliver, drain, messages
from modules.shipping.contracts import (
    CancelShipment,
    DispatchShipment,
    ShipmentBooked,
    ShipmentCancelled,
    ShipmentDispatched,
)
from modules.shipping.tests.conftest import BookkeepingCarrier, booking

pytestmark = pytest.mark.django_db(transaction=True)

ORDER = "order-1"
#: More than three minutes of waits, even where each is as short as it can be.
TRIES = 12


def try_again(times: int = 1) -> None:
    """This brings forward what is to be tried again, so many times."""
    for _ in range(times):
        SetAside.objects.filter(state=SetAside.State.RETRYING).update(due_at=Now())
        drain()


class TestACarrierThatIsDownForMinutes:
    def test_books_when_it_is_back(self, carrier: BookkeepingCarrier) -> None:
        carrier.is_down = True
        deliver(booking(), source="ordering")
        try_again(TRIES)
        carrier.is_down = False
        try_again()
        assert [one.order_id for one in messages(ShipmentBooked)] == [ORDER]
        assert len(carrier.booked) == 1

    def test_holds_no_cancellation_back(self, carrier: BookkeepingCarrier) -> None:
        """The cancellation waits behind the booking: were that parked, so would this be."""
        carrier.is_down = True
        deliver(booking(), source="ordering")
        try_again(TRIES - 1)
        deliver(CancelShipment(order_id=ORDER), source="ordering")
        try_again()
        carrier.is_down = False
        try_again()
        assert messages(ShipmentCancelled) == [ShipmentCancelled(order_id=ORDER)]
        assert carrier.booked == set()

    def test_takes_the_parcels_of_a_paid_order(self, carrier: BookkeepingCarrier) -> None:
        deliver(booking(), source="ordering")
        carrier.is_down = True
        deliver(DispatchShipment(order_id=ORDER), source="ordering")
        try_again(TRIES)
        carrier.is_down = False
        try_again()
        assert [one.order_id for one in messages(ShipmentDispatched)] == [ORDER]
        assert len(carrier.collected) == 1
