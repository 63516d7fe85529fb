"""The states of a reservation. One order has one reservation in its life.

    (none) ──reserve──▶ RESERVED ──pick──▶ PICKED ──take back──▶ RETURNED
       │                  │    │              │
       │               expire  └──release──┐  │
       ├──reserve──▶ REFUSED               ▼  │release
       └──release──▶ RELEASED ◀───────────────┘

Released is the end: what arrives after it, be it the reservation itself, is refused.
"""

from enum import StrEnum


class ReservationState(StrEnum):
    """This is what became of an order's wish for goods."""

    RESERVED = "reserved"
    REFUSED = "refused"
    PICKED = "picked"
    RETURNED = "returned"
    RELEASED = "released"
    LAPSED = "lapsed"
