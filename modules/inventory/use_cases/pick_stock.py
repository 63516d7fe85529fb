"""`pick_stock`: take the reserved goods from the shelf."""

from modules.inventory.contracts import PickStock, ReservationLapsed, StockPicked
from modules.inventory.domain import ReservationState, Shelf
from modules.inventory.use_cases.locks import change_reserved_stock, locked_reservation
from modules.inventory.use_cases.outcome import Outcome
from modules.kernel.messaging import unit_of_work


def pick_stock(command: PickStock) -> Outcome:
    """This takes what is kept for the order from the shelves.

    Answered by StockPicked, or by ReservationLapsed when nothing is kept (any more).
    """
    with unit_of_work("inventory") as work:
        reservation = locked_reservation(command.order_id)
        state = reservation.state if reservation else "unknown"
        if reservation is None or state not in (
            ReservationState.RESERVED,
            ReservationState.PICKED,
        ):
            work.append(
                ReservationLapsed(
                    order_id=command.order_id,
                    code="out-of-stock",
                    detail=f"there is nothing to pick: the reservation is {state}",
                )
            )
            return Outcome.REFUSED
        work.append(StockPicked(order_id=command.order_id))
        if state == ReservationState.PICKED:
            return Outcome.DUPLICATE
        change_reserved_stock(work, reservation, Shelf.pick)
        if reservation.expiry_id:
            work.cancel(reservation.expiry_id)
        reservation.state, reservation.expiry_id = ReservationState.PICKED, None
        reservation.save()
    return Outcome.DONE
