"""Cancelling before, during and after everything else, and what the carrier is left with."""

import threading

import pytest
from django.db import connections
from django.utils import timezone

from modules.kernel.contracts import new_id
from modules.kernel.messaging.testing import deliver, drain, messages
from modules.shipping import use_cases
from modules.shipping.contracts import (
    CancelShipment,
    DispatchShipment,
    ShipmentBooked,
    ShipmentCancelled,
    ShipmentDelivered,
    ShipmentRefused,
)
from modules.shipping.domain.lifecycle import State
from modules.shipping.models import Shipment
from modules.shipping.tests.conftest import BookkeepingCarrier, address, booking, items

pytestmark = pytest.mark.django_db(transaction=True)

ORDER = "order-1"
CANCEL = CancelShipment(order_id=ORDER)
DISPATCH = DispatchShipment(order_id=ORDER)


class TestCancelShipment:
    def test_takes_the_booking_back(self, carrier: BookkeepingCarrier) -> None:
        deliver(booking(), source="ordering")
        deliver(CANCEL, source="ordering")
        assert messages(ShipmentCancelled) == [ShipmentCancelled(order_id=ORDER)]
        assert carrier.booked == set()
        assert Shipment.objects.get().state == State.CANCELLED

    def test_is_answered_again(self, carrier: BookkeepingCarrier) -> None:
        deliver(booking(), source="ordering")
        deliver(CANCEL, source="ordering")
        deliver(CANCEL, source="ordering")
        assert messages(ShipmentCancelled) == [ShipmentCancelled(order_id=ORDER)] * 2

    def test_is_answered_for_a_shipment_no_carrier_would_take(self) -> None:
        deliver(booking(recipient=address(postal_code="00000")), source="ordering")
        deliver(CANCEL, source="ordering")
        assert len(messages(ShipmentCancelled)) == 1
        assert Shipment.objects.get().state == State.REFUSED

    def test_before_the_booking_has_the_late_booking_refused(
        self, carrier: BookkeepingCarrier
    ) -> None:
        deliver(CANCEL, source="ordering")
        assert len(messages(ShipmentCancelled)) == 1
        deliver(booking(), source="ordering")
        [refused] = messages(ShipmentRefused)
        assert refused.code == "shipment-cancelled"
        assert carrier.asked_to_book == 0

    def test_before_the_carrier_was_asked_spares_asking(self, carrier: BookkeepingCarrier) -> None:
        book()
        cancel()
        drain()
        assert carrier.asked_to_book == 0
        assert len(messages(ShipmentCancelled)) == 1
        assert messages(ShipmentBooked) == []

    def test_while_the_carrier_is_asked_leaves_no_booking(
        self, carrier: BookkeepingCarrier
    ) -> None:
        carrier.on_book = cancel
        deliver(booking(), source="ordering")
        assert carrier.asked_to_book == 1
        assert carrier.booked == set()
        assert messages(ShipmentBooked) == []
        assert len(messages(ShipmentCancelled)) == 1
        assert Shipment.objects.get().state == State.CANCELLED

    def test_ends_a_booking_that_the_carrier_keeps_failing(
        self, carrier: BookkeepingCarrier
    ) -> None:
        carrier.lost_answers = 1_000
        deliver(booking(), source="ordering")
        asked = carrier.asked_to_book
        deliver(CANCEL, source="ordering")
        drain(until_idle=True)
        assert carrier.asked_to_book == asked, "a booking that was called off is not tried again"
        assert carrier.booked == set()
        assert len(messages(ShipmentCancelled)) == 1


class TestLateCancellation:
    def test_after_dispatch_has_the_parcels_brought_back(self, carrier: BookkeepingCarrier) -> None:
        deliver(booking(), source="ordering")
        deliver(DISPATCH, source="ordering")
        deliver(CANCEL, source="ordering")
        drain(until_idle=True)
        assert carrier.booked == set()
        assert len(messages(ShipmentCancelled)) == 1
        assert messages(ShipmentDelivered) == []

    def test_is_recorded_where_the_carrier_does_not_give_the_parcels_back(
        self, carrier: BookkeepingCarrier, caplog: pytest.LogCaptureFixture
    ) -> None:
        carrier.gives_back = False
        deliver(booking(), source="ordering")
        deliver(DISPATCH, source="ordering")
        deliver(CANCEL, source="ordering")
        shipment = Shipment.objects.get()
        assert shipment.state == State.DISPATCHED
        assert shipment.too_late_at is not None
        assert messages(ShipmentCancelled) == []
        assert "arrange its return" in caplog.text
        drain(until_idle=True)
        assert len(messages(ShipmentDelivered)) == 1

    def test_after_delivery_is_recorded_and_not_answered(self, carrier: BookkeepingCarrier) -> None:
        deliver(booking(), source="ordering")
        deliver(DISPATCH, source="ordering")
        drain(until_idle=True)
        deliver(CANCEL, source="ordering")
        shipment = Shipment.objects.get()
        assert shipment.state == State.DELIVERED
        assert shipment.too_late_at is not None
        assert messages(ShipmentCancelled) == []
        assert len(carrier.booked) == 1


class TestBookingAndCancellingAtOnce:
    def test_ends_cancelled_with_nothing_at_the_carrier(self, carrier: BookkeepingCarrier) -> None:
        orders = [f"order-{n}" for n in range(12)]
        start = threading.Barrier(2)

        def race(*, is_booking: bool) -> None:
            try:
                for order_id in orders:
                    start.wait(timeout=30)
                    book(order_id) if is_booking else cancel(order_id)
            finally:
                connections.close_all()

        threads = [
            threading.Thread(target=race, kwargs={"is_booking": is_booking})
            for is_booking in (True, False)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        drain()
        assert {row.order_id: row.state for row in Shipment.objects.all()} == dict.fromkeys(
            orders, State.CANCELLED
        )
        assert carrier.booked == set()
        assert messages(ShipmentBooked) == []
        assert sorted(answer.order_id for answer in messages(ShipmentCancelled)) == sorted(orders)


def book(order_id: str = ORDER) -> None:
    use_cases.book_shipment(
        order_id=order_id,
        shipment_id=new_id(),
        recipient=address(),
        items=items(),
        now=timezone.now(),
    )


def cancel(order_id: str = ORDER) -> None:
    use_cases.cancel_shipment(order_id=order_id, shipment_id=new_id(), now=timezone.now())
