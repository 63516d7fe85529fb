"""`release_stock`: put everything back, whatever had become of the reservation."""

from modules.inventory.contracts import ReleaseStock, StockReleased
from modules.inventory.domain import ReservationState, Shelf
from modules.inventory.models import Reservation
from modules.inventory.use_cases.locks import change_reserved_stock, locked_reservation
from modules.inventory.use_cases.outcome import Outcome
from modules.kernel.messaging import unit_of_work


def release_stock(command: ReleaseStock) -> Outcome:
    """This undoes the reservation, and its picking; answered by StockReleased, always.

    Of an order never heard of it leaves a tombstone: the undo has overtaken the command
    that it undoes, and the late one must find it and be refused.

    Source: null compensation and hanging, in Seata's and DTM's sub-transaction barriers.
    """
    with unit_of_work("inventory") as work:
        work.append(StockReleased(order_id=command.order_id))
        reservation = locked_reservation(command.order_id)
        if reservation is None:
            Reservation.objects.create(order_id=command.order_id, state=ReservationState.RELEASED)
            return Outcome.DONE
        if reservation.state in (ReservationState.RELEASED, ReservationState.RETURNED):
            return Outcome.DUPLICATE
        if reservation.state == ReservationState.RESERVED:
            change_reserved_stock(work, reservation, Shelf.release)
        elif reservation.state == ReservationState.PICKED:
            change_reserved_stock(work, reservation, Shelf.put_back)
        if reservation.expiry_id:
            work.cancel(reservation.expiry_id)
        reservation.state, reservation.expiry_id = ReservationState.RELEASED, None
        reservation.save()
    return Outcome.DONE
