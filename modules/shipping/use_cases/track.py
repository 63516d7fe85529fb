"""Tracking: the carrier is asked, less and less often, until the parcels have arrived."""

from datetime import datetime, timedelta

from modules.kernel.messaging import UnitOfWork, unit_of_work
from modules.shipping.contracts import ShipmentDelivered
from modules.shipping.contracts.commands import TrackWithCarrier
from modules.shipping.domain.lifecycle import ON_THE_WAY, State, pause_before_enquiry
from modules.shipping.models import Shipment


def record_news(
    *, order_id: str, enquiry: int, is_delivered: bool, first: timedelta, now: datetime
) -> None:
    """This records a delivery, or sees to it that the carrier is asked again.

    Args:
        enquiry: how many times the carrier has been asked, with this time.
        first: the pause before the first enquiry, from which the next is reckoned.
    """
    with unit_of_work("shipping") as work:
        shipment = Shipment.objects.select_for_update().get(order_id=order_id)
        if State(shipment.state) not in ON_THE_WAY:
            return
        if not is_delivered:
            ask_for_news(work, order_id=order_id, enquiry=enquiry + 1, first=first)
            return
        shipment.state = State.DELIVERED
        shipment.delivered_at = now
        shipment.save(update_fields=["state", "delivered_at"])
        work.append(
            ShipmentDelivered(order_id=order_id, shipment_id=str(shipment.shipment_id)),
        )


def ask_for_news(work: UnitOfWork, *, order_id: str, enquiry: int, first: timedelta) -> None:
    """This schedules the nth enquiry."""
    work.schedule(
        TrackWithCarrier(order_id=order_id, enquiry=enquiry),
        after=pause_before_enquiry(enquiry, first=first),
        # News from the carrier answers nobody's command, least of all the dispatch again.
        request_id="",
    )
