"""Taking goods back: the first step of a return, and the only one that is asked for.

The others hear of it and do their part: inventory puts the goods on the shelf, payments
gives the money back, ordering ends the order. Nobody leads them.
"""

from datetime import datetime

from modules.kernel.messaging import unit_of_work
from modules.shipping.contracts import NotReturnable, ShipmentReturned, UnknownShipment
from modules.shipping.domain.lifecycle import SENT, State
from modules.shipping.models import Shipment


def take_back(*, order_id: str, now: datetime) -> None:
    """This records that the goods are back; back already, it changes nothing.

    Raises:
        UnknownShipment: nothing was ever sent for the order.
        NotReturnable: the goods have not left, or are called back already.
    """
    with unit_of_work("shipping") as work:
        shipment = Shipment.objects.select_for_update().filter(order_id=order_id).first()
        if shipment is None:
            raise UnknownShipment(f"nothing is shipped for order {order_id}", order_id=order_id)
        state = State(shipment.state)
        if state == State.RETURNED:
            return
        if state not in SENT:
            raise NotReturnable(
                f"the shipment for order {order_id} is {state}; only what has left can come back",
                order_id=order_id,
                shipment_status=state.value,
            )
        shipment.state = State.RETURNED
        shipment.returned_at = now
        shipment.save(update_fields=["state", "returned_at"])
        work.append(
            ShipmentReturned(order_id=order_id, shipment_id=str(shipment.shipment_id)),
        )
