"""`take_back_stock`: what a customer has sent back goes on the shelf it came from."""

from modules.inventory.contracts import StockReturned
from modules.inventory.domain import ReservationState, Shelf
from modules.inventory.models import Reservation
from modules.inventory.use_cases.locks import change_reserved_stock, locked_reservation
from modules.inventory.use_cases.outcome import Outcome
from modules.kernel.contracts import Conflict
from modules.kernel.messaging import unit_of_work


class NothingPicked(Conflict):
    """This says that goods came back which inventory has never given out for the order."""

    code = "nothing-picked"
    title = "Nothing was picked for the order"


def take_back_stock(*, order_id: str) -> Outcome:
    """This puts the picked goods back, once; announced by StockReturned.

    Raises:
        NothingPicked: the message is set aside for a person, who has the goods in hand.
    """
    with unit_of_work("inventory") as work:
        reservation = locked_reservation(order_id)
        if reservation is not None and reservation.state == ReservationState.RETURNED:
            return Outcome.DUPLICATE
        if reservation is None or reservation.state != ReservationState.PICKED:
            raise _nothing_picked(order_id, reservation)
        change_reserved_stock(work, reservation, Shelf.put_back)
        reservation.state = ReservationState.RETURNED
        reservation.save()
        work.append(StockReturned(order_id=order_id))
    return Outcome.DONE


def _nothing_picked(order_id: str, reservation: Reservation | None) -> NothingPicked:
    state = reservation.state if reservation else "unknown"
    return NothingPicked(
        f"goods came back for order {order_id}, whose reservation is {state}; "
        "count the shelf by hand, then drop this message",
        order_id=order_id,
    )
