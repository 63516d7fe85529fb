"""`expire_reservation`: let goods go that were kept too long."""

import structlog

from modules.inventory.contracts.commands import ExpireReservation
from modules.inventory.domain import ReservationState, Shelf
from modules.inventory.use_cases.locks import change_reserved_stock, locked_reservation
from modules.inventory.use_cases.outcome import Outcome
from modules.kernel.messaging import unit_of_work

_logger = structlog.get_logger("quarry.inventory")


def expire_reservation(command: ExpireReservation) -> Outcome:
    """This ends a reservation that nobody has picked or released.

    No event tells of it: whoever comes to pick is told then, and an answer to the
    reservation was given when it was made.
    """
    with unit_of_work("inventory") as work:
        reservation = locked_reservation(command.order_id)
        # Cancelling came too late for this message, which was on its way already.
        if reservation is None or reservation.state != ReservationState.RESERVED:
            return Outcome.TOO_LATE
        change_reserved_stock(work, reservation, Shelf.release)
        reservation.state, reservation.expiry_id = ReservationState.LAPSED, None
        reservation.save()
        work.after_commit(lambda: _logger.info("reservation_lapsed", order_id=command.order_id))
    return Outcome.DONE
