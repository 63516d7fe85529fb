"""Shipments from request to delivery, through the bus and a carrier."""

import pytest

from modules.kernel import interfaces
from modules.kernel.messaging.models import SetAside
from modules.kernel.messaging.testing import deliver, drain, messages
from modules.shipping.contracts import (
    DispatchShipment,
    ShipmentBooked,
    ShipmentDelivered,
    ShipmentDispatched,
    ShipmentRefused,
    Shipping,
    UnknownShipment,
)
from modules.shipping.domain.lifecycle import State
from modules.shipping.models import Parcel, Shipment
from modules.shipping.tests.conftest import BookkeepingCarrier, address, booking

pytestmark = pytest.mark.django_db(transaction=True)

ORDER = "order-1"
DISPATCH = DispatchShipment(order_id=ORDER)


def status() -> str:
    return interfaces.get(Shipping).shipment(order_id=ORDER).status


class TestBookShipment:
    def test_is_answered_with_a_tracking_number(self, carrier: BookkeepingCarrier) -> None:
        deliver(booking(), source="ordering")
        [booked] = messages(ShipmentBooked)
        shipment = interfaces.get(Shipping).shipment(order_id=ORDER)
        assert shipment.status == "booked"
        assert (shipment.shipment_id, shipment.tracking_number) == (
            booked.shipment_id,
            booked.tracking_number,
        )
        assert carrier.booked == {booked.shipment_id}

    def test_packs_at_most_twenty_units_a_parcel(self, carrier: BookkeepingCarrier) -> None:
        deliver(booking(quantity=45), source="ordering")
        parcels = Parcel.objects.order_by("number")
        assert [[item.quantity for item in parcel.items.all()] for parcel in parcels] == [
            [20],
            [20],
            [5],
        ]

    def test_goes_to_the_cheapest_carrier(self) -> None:
        deliver(booking(), source="ordering")
        assert interfaces.get(Shipping).shipment(order_id=ORDER).carrier == "sandbox-post"

    def test_is_refused_for_postal_code_00000(self) -> None:
        deliver(booking(recipient=address(postal_code="00000")), source="ordering")
        [refused] = messages(ShipmentRefused)
        assert (refused.order_id, refused.code) == (ORDER, "undeliverable-address")
        assert refused.detail == (
            "no carrier delivers to 00000 Reims France; check the postal code"
        )
        with pytest.raises(UnknownShipment):
            status()

    def test_is_refused_for_an_address_nobody_can_read(self, carrier: BookkeepingCarrier) -> None:
        deliver(booking(recipient=address(name=" ")), source="ordering")
        [refused] = messages(ShipmentRefused)
        assert (refused.code, refused.detail) == ("undeliverable-address", "the name is missing")
        assert carrier.asked_to_book == 0

    def test_is_answered_again_and_booked_once(self, carrier: BookkeepingCarrier) -> None:
        deliver(booking(), source="ordering")
        deliver(booking(), source="ordering")
        first, again = messages(ShipmentBooked)
        assert first == again
        assert carrier.asked_to_book == 1

    def test_is_refused_again_in_the_same_words(self) -> None:
        for _ in range(2):
            deliver(booking(recipient=address(postal_code="00000")), source="ordering")
        first, again = messages(ShipmentRefused)
        assert first == again

    def test_books_once_though_the_answer_got_lost(self, carrier: BookkeepingCarrier) -> None:
        carrier.lost_answers = 2
        deliver(booking(), source="ordering")
        drain(until_idle=True)
        [booked] = messages(ShipmentBooked)
        assert carrier.asked_to_book == 3
        assert carrier.booked == {booked.shipment_id}


class TestDispatchShipment:
    def test_hands_the_parcels_over(self, carrier: BookkeepingCarrier) -> None:
        deliver(booking(), source="ordering")
        deliver(DISPATCH, source="ordering")
        [dispatched] = messages(ShipmentDispatched)
        assert carrier.collected == [dispatched.tracking_number]
        assert status() == "dispatched"

    def test_is_answered_again_without_a_second_collection(
        self, carrier: BookkeepingCarrier
    ) -> None:
        deliver(booking(), source="ordering")
        deliver(DISPATCH, source="ordering")
        deliver(DISPATCH, source="ordering")
        first, again = messages(ShipmentDispatched)
        assert first == again
        assert len(carrier.collected) == 1

    def test_without_a_booking_is_set_aside_and_not_answered(self) -> None:
        deliver(DISPATCH, source="ordering")
        [waiting] = SetAside.objects.all()
        assert "NotBooked" in waiting.error
        assert messages(ShipmentDispatched) == []


class TestDelivery:
    def test_is_reported_some_time_after_the_dispatch(self) -> None:
        deliver(booking(), source="ordering")
        deliver(DISPATCH, source="ordering")
        assert messages(ShipmentDelivered) == []
        drain(until_idle=True)
        [delivered] = messages(ShipmentDelivered)
        assert delivered.shipment_id == messages(ShipmentBooked)[0].shipment_id
        assert status() == "delivered"

    def test_is_waited_for_while_the_parcels_are_in_transit(
        self, carrier: BookkeepingCarrier
    ) -> None:
        carrier.in_transit = 1
        deliver(booking(), source="ordering")
        deliver(DISPATCH, source="ordering")
        drain(until_idle=True)
        assert (carrier.in_transit, len(messages(ShipmentDelivered))) == (0, 1)
        assert Shipment.objects.get().state == State.DELIVERED
