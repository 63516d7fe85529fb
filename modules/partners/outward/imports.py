"""Placing the orders of imports: asked of ordering once for each line, however often it is tried.

The line's id is the idempotency key, so a line that was placed just before its process died is
placed once. What ordering refuses is the line's answer; what it cannot answer now is tried again.
"""

from dataclasses import dataclass

from modules.kernel import interfaces
from modules.kernel.contracts import Problem, Unavailable
from modules.kernel.messaging import Delivery
from modules.ordering.contracts import Ordering, PlaceOrder
from modules.partners import queries, use_cases
from modules.partners.contracts.commands import PlaceLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """This is what ordering said to a line; all empty where it had been answered before."""

    order_id: str = ""
    code: str = ""
    detail: str = ""


def place(command: PlaceLine, delivery: Delivery) -> Answered:
    line = queries.pending_line(command.line_id)
    if line is None:
        return Answered()
    asked = line.order
    request = PlaceOrder(
        customer_id=line.partner,
        currency=asked.currency,
        lines=asked.lines,
        ship_to=asked.ship_to,
        payment_token=asked.payment_token,
    )
    try:
        placed = interfaces.get(Ordering).place_order(
            request, idempotency_key=f"import:{command.line_id}"
        )
    except Unavailable:
        raise
    except Problem as refused:
        return Answered(code=refused.code, detail=refused.detail)
    return Answered(order_id=placed.order_id)


def record(command: PlaceLine, answered: Answered, delivery: Delivery) -> None:
    if answered.order_id or answered.code:
        use_cases.note_line(
            line_id=command.line_id,
            order_id=answered.order_id,
            code=answered.code,
            detail=answered.detail,
        )
