"""Keeping ordering's own copy of what became of an order's shipment."""

from modules.kernel.messaging import unit_of_work
from modules.ordering.domain.copies import Outcome
from modules.ordering.models import Order, OrderShipment
from modules.ordering.queries import parsed_id
from modules.shipping.contracts import (
    ShipmentBooked,
    ShipmentCancelled,
    ShipmentDelivered,
    ShipmentDispatched,
    ShipmentReturned,
)


def note_shipment_booked(news: ShipmentBooked) -> Outcome:
    """This notes that a carrier will come for the goods."""
    with unit_of_work("ordering"):
        order = Order.objects.filter(id=parsed_id(news.order_id)).first()
        if order is None:
            return Outcome.UNKNOWN_ORDER
        OrderShipment.objects.update_or_create(
            order=order, defaults={"status": "booked", "tracking_number": news.tracking_number}
        )
        return Outcome.APPLIED


def note_shipment_dispatched(news: ShipmentDispatched) -> Outcome:
    """This notes that the carrier has the goods."""
    return _move(news.order_id, status="dispatched")


def note_shipment_delivered(news: ShipmentDelivered) -> Outcome:
    """This notes that the customer has the goods."""
    return _move(news.order_id, status="delivered")


def note_shipment_returned(news: ShipmentReturned) -> Outcome:
    """This notes that the warehouse has the goods again."""
    return _move(news.order_id, status="returned")


def note_shipment_cancelled(news: ShipmentCancelled) -> Outcome:
    """This notes that nobody will come; of a shipment that was never booked it tells nothing."""
    return _move(news.order_id, status="cancelled")


def _move(order_id: str, *, status: str) -> Outcome:
    with unit_of_work("ordering"):
        shipments = OrderShipment.objects.filter(order_id=parsed_id(order_id))
        return Outcome.APPLIED if shipments.update(status=status) else Outcome.UNKNOWN_ORDER
