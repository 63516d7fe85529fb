"""What others ask of shipping by message. Each call is inside shipping's transaction."""

from django.utils import timezone

from modules.kernel.contracts import new_id
from modules.kernel.messaging import Delivery
from modules.shipping import use_cases
from modules.shipping.contracts import BookShipment, CancelShipment, DispatchShipment


def book_shipment(message: BookShipment, delivery: Delivery) -> None:
    use_cases.book_shipment(
        order_id=message.order_id,
        shipment_id=new_id(),
        recipient=message.recipient,
        items=message.items,
        now=timezone.now(),
        customer_id=message.customer_id,
    )


def dispatch_shipment(message: DispatchShipment, delivery: Delivery) -> None:
    use_cases.dispatch_shipment(order_id=message.order_id)


def cancel_shipment(message: CancelShipment, delivery: Delivery) -> None:
    use_cases.cancel_shipment(order_id=message.order_id, shipment_id=new_id(), now=timezone.now())
