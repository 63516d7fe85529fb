"""The last step of a return: the order has ended otherwise than it had."""

from modules.kernel.contracts import Conflict
from modules.kernel.messaging import unit_of_work
from modules.ordering.contracts import OrderReturned
from modules.ordering.domain.order_status import OrderStatus
from modules.ordering.models import Order
from modules.ordering.queries import find_order


class NotFulfilledYet(Conflict):
    """This says that the checkout has still to end the order; the message is tried again."""

    code = "not-fulfilled-yet"
    title = "The order is still being carried out"


def end_return(*, order_id: str) -> None:
    """This ends an order whose goods and money are back; ended so already, it changes nothing.

    Raises:
        UnknownOrder: there is none of the id.
        NotFulfilledYet: the return has overtaken the last step of the checkout.
    """
    with unit_of_work("ordering") as work:
        order = Order.objects.select_for_update().get(id=find_order(order_id).id)
        if order.status == OrderStatus.RETURNED:
            return
        if order.status == OrderStatus.CONFIRMED:
            raise NotFulfilledYet(f"order {order_id} is still confirmed", order_id=order_id)
        order.become(OrderStatus.RETURNED)
        order.save(update_fields=["status"])
        work.append(OrderReturned(order_id=order_id))
