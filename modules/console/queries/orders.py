"""An order's messages, and whether a key is that of an order."""

from modules.console.domain.swimlanes import Swimlanes, swimlanes
from modules.kernel import interfaces
from modules.kernel.manifests import installed_modules
from modules.kernel.messaging.timeline import timeline
from modules.ordering.contracts import Order, Ordering, UnknownOrder

#: The states of an order, as ordering's interface names them.
ORDER_STATUSES = ("pending", "confirmed", "fulfilled", "returned", "failed", "cancelled")


def messages_of(order: Order) -> Swimlanes:
    """This gives an order's messages in swimlanes."""
    return swimlanes(
        timeline(order.order_id, since=order.placed_at),
        [config.manifest for config in installed_modules()],
    )


def is_order(key: str) -> bool:
    """This is true of a key under which an order's messages are."""
    try:
        interfaces.get(Ordering).order(order_id=key)
    except UnknownOrder:
        return False
    return True
