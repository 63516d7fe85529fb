"""Shipping as a participant of sagas."""

import pytest

from modules.kernel.sagas.testing import ParticipantSuite
from modules.shipping.contracts import (
    Address,
    BookShipment,
    CancelShipment,
    ParcelItem,
    ShipmentBooked,
    ShipmentCancelled,
    ShipmentRefused,
)
from modules.shipping.models import Shipment

pytestmark = pytest.mark.django_db(transaction=True)


class TestBooking(ParticipantSuite):
    asking = "ordering"
    done, refused = ShipmentBooked, ShipmentRefused
    undo, undone = CancelShipment, ShipmentCancelled

    def command(self, instance_id: str) -> BookShipment:
        return BookShipment(
            order_id=instance_id,
            recipient=Address(name="Ann", line1="1 Main St", city="Cork", country="Ireland"),
            items=(ParcelItem(sku="P", quantity=1),),
        )

    def standing(self, instance_id: str) -> int:
        return Shipment.objects.filter(order_id=instance_id, state="booked").count()
