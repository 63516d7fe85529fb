"""Messages in: each handler hands one message to its use case, in the consumer's transaction."""

from datetime import timedelta

from django.conf import settings

from modules.inventory import use_cases
from modules.inventory.contracts import PickStock, ReleaseStock, ReserveStock
from modules.inventory.contracts.commands import ExpireReservation
from modules.kernel.messaging import Delivery
from modules.shipping.contracts import ShipmentReturned


def reserve_stock(command: ReserveStock, delivery: Delivery) -> None:
    use_cases.reserve_stock(
        command, expires_after=timedelta(minutes=settings.INVENTORY_RESERVATION_MINUTES)
    )


def pick_stock(command: PickStock, delivery: Delivery) -> None:
    use_cases.pick_stock(command)


def release_stock(command: ReleaseStock, delivery: Delivery) -> None:
    use_cases.release_stock(command)


def shipment_returned(event: ShipmentReturned, delivery: Delivery) -> None:
    use_cases.take_back_stock(order_id=event.order_id)


def expire_reservation(command: ExpireReservation, delivery: Delivery) -> None:
    use_cases.expire_reservation(command)
