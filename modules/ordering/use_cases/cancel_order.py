"""Cancelling an order: the checkout is asked to undo itself, as far as it has come."""

from modules.kernel import sagas
from modules.kernel.messaging import unit_of_work
from modules.ordering.contracts import OrderNotCancellable
from modules.ordering.domain.order_status import OrderStatus
from modules.ordering.queries import find_order


def cancel_order(*, order_id: str, checkout: type[sagas.Saga]) -> None:
    """This asks for the order to be undone; it ends cancelled when everything is.

    Args:
        checkout: the saga that carries orders out. Handed down: it stands above the use cases.

    Raises:
        UnknownOrder: there is none of the id.
        OrderNotCancellable: its payment has been taken, or it has ended.
    """
    with unit_of_work("ordering") as work:
        order = find_order(order_id)
        if not OrderStatus(order.status).is_cancellable:
            raise _refusal(order_id, order.status)
        try:
            sagas.request_cancel(work, checkout, order_id)
        except sagas.PastPivot:
            raise _refusal(order_id, order.status) from None


def _refusal(order_id: str, status: str) -> OrderNotCancellable:
    return OrderNotCancellable(
        f"order {order_id} has gone too far to be cancelled", order_id=order_id, order_status=status
    )
