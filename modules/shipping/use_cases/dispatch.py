"""Dispatch: the parcels are handed to the carrier, and from then on it is asked for news."""

from datetime import datetime, timedelta

from modules.kernel.contracts import Conflict
from modules.kernel.messaging import UnitOfWork, unit_of_work
from modules.shipping.contracts import ShipmentDispatched
from modules.shipping.contracts.commands import HandOverToCarrier
from modules.shipping.domain.lifecycle import SENT, State
from modules.shipping.models import Shipment
from modules.shipping.use_cases.track import ask_for_news


class NotBooked(Conflict):
    """This says that there is nothing a carrier could be given."""

    code = "shipment-not-booked"
    title = "No carrier has accepted the shipment"


def dispatch_shipment(*, order_id: str) -> None:
    """This has the parcels handed over; dispatched already, it answers again.

    Raises:
        NotBooked: no booking stands. A sender that keeps to the order of things never sees
            this, so the message is set aside for an operator.
    """
    with unit_of_work("shipping") as work:
        shipment = Shipment.objects.select_for_update().filter(order_id=order_id).first()
        state = State(shipment.state) if shipment else None
        if shipment and state == State.BOOKED:
            shipment.state = State.DISPATCHING
            shipment.save(update_fields=["state"])
            work.append(HandOverToCarrier(order_id=order_id))
        elif shipment and state in (*SENT, State.RETURNED):
            _answer(work, shipment)
        elif state != State.DISPATCHING:
            raise NotBooked(
                f"the shipment for order {order_id} is {state or 'unknown'}; book it first",
                order_id=order_id,
            )


def record_hand_over(*, order_id: str, first_news_after: timedelta, now: datetime) -> None:
    """This records that the carrier has the parcels.

    Args:
        first_news_after: when to ask the carrier for the first time.
    """
    with unit_of_work("shipping") as work:
        shipment = Shipment.objects.select_for_update().get(order_id=order_id)
        shipment.dispatched_at = now
        if shipment.state == State.DISPATCHING:
            shipment.state = State.DISPATCHED
            _answer(work, shipment)
        # Else it was called off meanwhile: the request to bring it back is on its way.
        shipment.save(update_fields=["dispatched_at", "state"])
        ask_for_news(work, order_id=order_id, enquiry=1, first=first_news_after)


def _answer(work: UnitOfWork, shipment: Shipment) -> None:
    work.append(
        ShipmentDispatched(
            order_id=shipment.order_id,
            shipment_id=str(shipment.shipment_id),
            tracking_number=shipment.tracking_number,
        )
    )
