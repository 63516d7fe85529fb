"""Cancelling: also before the booking has arrived, and also when it is late.

Source: null compensation and hanging, as in the participant barriers of DTM and Seata.
"""

import logging
import uuid
from datetime import datetime

from modules.kernel.messaging import UnitOfWork, unit_of_work
from modules.shipping.contracts import ShipmentCancelled
from modules.shipping.contracts.commands import CancelWithCarrier
from modules.shipping.domain.lifecycle import State
from modules.shipping.models import Shipment

logger = logging.getLogger(__name__)


def cancel_shipment(*, order_id: str, shipment_id: uuid.UUID, now: datetime) -> None:
    """This calls the shipment off, however far it is; cancelled already, it answers again.

    Args:
        shipment_id: the id of the note that is left where no booking has arrived yet.
    """
    with unit_of_work("shipping") as work:
        shipment, is_new = Shipment.objects.select_for_update().get_or_create(
            order_id=order_id,
            defaults={
                "shipment_id": shipment_id,
                "state": State.CANCELLED,
                "requested_at": now,
                "cancelled_at": now,
            },
        )
        state = State(shipment.state)
        if is_new or state in (State.CANCELLED, State.REFUSED):
            _answer(work, order_id)
        elif state in (State.DELIVERED, State.RETURNED):
            _record_too_late(shipment, now)
        elif state != State.CANCELLING:
            shipment.state = State.CANCELLING
            shipment.save(update_fields=["state"])
            work.append(CancelWithCarrier(order_id=order_id))


def record_cancellation(*, order_id: str, is_cancelled: bool, now: datetime) -> None:
    """This records whether the carrier gives the parcels back.

    Args:
        is_cancelled: False if it is too late for that. The parcels then go on as they were.
    """
    with unit_of_work("shipping") as work:
        shipment = Shipment.objects.select_for_update().get(order_id=order_id)
        if shipment.state != State.CANCELLING:
            # Only a delivery, or a return after it, can have come between.
            _record_too_late(shipment, now)
        elif is_cancelled:
            shipment.state = State.CANCELLED
            shipment.cancelled_at = now
            shipment.save(update_fields=["state", "cancelled_at"])
            _answer(work, order_id)
        else:
            shipment.state = State.DISPATCHED if shipment.dispatched_at else State.BOOKED
            shipment.save(update_fields=["state"])
            _record_too_late(shipment, now)


def _record_too_late(shipment: Shipment, now: datetime) -> None:
    shipment.too_late_at = shipment.too_late_at or now
    shipment.save(update_fields=["too_late_at"])
    logger.warning(
        "shipment %s for order %s cannot be cancelled any more: it is %s; arrange its return",
        shipment.shipment_id,
        shipment.order_id,
        shipment.state,
    )


def _answer(work: UnitOfWork, order_id: str) -> None:
    work.append(ShipmentCancelled(order_id=order_id))
