"""What an order may become, and from where.

    pending ──► confirmed ──► fulfilled ──► returned
       ├──────► failed
       └──────► cancelled

Confirmed is the point of no return: the money has been taken, the goods will leave.
"""

from enum import StrEnum


class IllegalTransition(ValueError):
    """This says that an order was to become what it cannot become from where it is."""

    def __init__(self, present: "OrderStatus", wanted: "OrderStatus") -> None:
        allowed = ", ".join(sorted(_NEXT[present])) or "nothing, it is final"
        super().__init__(
            f"a {present} order cannot become {wanted}; from {present} it can become {allowed}"
        )
        self.present = present
        self.wanted = wanted


class OrderStatus(StrEnum):
    """This is how far an order has come."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    FULFILLED = "fulfilled"
    RETURNED = "returned"
    FAILED = "failed"
    CANCELLED = "cancelled"

    def moved_to(self, wanted: "OrderStatus") -> "OrderStatus":
        """This gives `wanted` where the order may become it.

        Raises:
            IllegalTransition: it may not.
        """
        if wanted not in _NEXT[self]:
            raise IllegalTransition(self, wanted)
        return wanted

    @property
    def is_cancellable(self) -> bool:
        """This tells whether an order of this status could still be cancelled."""
        return OrderStatus.CANCELLED in _NEXT[self]


_NEXT: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING: frozenset(
        {OrderStatus.CONFIRMED, OrderStatus.FAILED, OrderStatus.CANCELLED}
    ),
    OrderStatus.CONFIRMED: frozenset({OrderStatus.FULFILLED}),
    OrderStatus.FULFILLED: frozenset({OrderStatus.RETURNED}),
    OrderStatus.RETURNED: frozenset(),
    OrderStatus.FAILED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
}
