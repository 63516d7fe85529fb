"""The life of a shipment.

    booking ──► booked ──► dispatching ──► dispatched ──► delivered ──► returned
       │ └────────┴────────────┴─────────────┬─┘ └────────────────────────┘
       └──► refused                          └──► cancelling ──► cancelled

The states that end in -ing wait for a carrier: the wish is recorded and committed before
the carrier is asked, so that a crash in between loses neither.
"""

from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    """This is how far a shipment is."""

    BOOKING = "booking"
    BOOKED = "booked"
    REFUSED = "refused"
    DISPATCHING = "dispatching"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"
    RETURNED = "returned"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"


#: A carrier has accepted it and it has not been called off.
ACCEPTED = frozenset(
    {State.BOOKED, State.DISPATCHING, State.DISPATCHED, State.DELIVERED, State.RETURNED}
)

#: The customer has the goods, or is about to.
SENT = frozenset({State.DISPATCHED, State.DELIVERED})

#: A cancellation still has to reach the carrier.
CALLED_OFF = frozenset({State.CANCELLING, State.CANCELLED})

#: The parcels have left and there is still news to be had of them.
ON_THE_WAY = frozenset({State.DISPATCHED, State.CANCELLING})

_TOLD = {
    State.BOOKED: "booked",
    State.DISPATCHING: "booked",
    State.DISPATCHED: "dispatched",
    State.DELIVERED: "delivered",
    State.RETURNED: "returned",
    State.CANCELLING: "cancelled",
    State.CANCELLED: "cancelled",
}

LONGEST_TRACKING_PAUSE = timedelta(hours=6)


def told_as(state: State) -> str | None:
    """This gives the word other modules know the state by; None while there is no shipment."""
    return _TOLD.get(state)


def pause_before_enquiry(enquiry: int, *, first: timedelta) -> timedelta:
    """This gives how long to wait before the carrier is asked for the nth time.

    It doubles: a parcel that is late by days must not be asked about every few seconds.
    """
    # Bounded before it is multiplied: 2²⁰⁰⁰ seconds do not fit a timedelta.
    return min(first * (1 << min(enquiry - 1, 30)), LONGEST_TRACKING_PAUSE)
