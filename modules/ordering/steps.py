"""What the checkout does in ordering itself: the local steps of the saga and their undo.

Called by the saga's engine inside ordering's transaction, with the order's id and the
`OrderPlaced` that began it.
"""

from collections.abc import Mapping

from modules.kernel.messaging import UnitOfWork
from modules.kernel.sagas import Failure
from modules.ordering.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderFailed,
    OrderFulfilled,
    OrderPlaced,
)
from modules.ordering.domain.order_status import OrderStatus
from modules.ordering.domain.pricing import ListPrice, WantedLine, price_lines
from modules.ordering.models import KnownProduct, OrderLine
from modules.ordering.queries import find_order


def mark_pending(order_id: str, placed: OrderPlaced, work: UnitOfWork) -> None:
    """This begins the checkout: the order is pending from placing, and `reject` undoes that.

    Raises:
        UnknownOrder: there is no such order; the checkout fails before it asks anybody.
    """
    find_order(order_id)


def agree_prices(order_id: str, placed: OrderPlaced, work: UnitOfWork) -> Mapping[str, object]:
    """This agrees the price of every line, and gives the order's total.

    Returns:
        ``{"total_minor": …}``, what the payment is authorised for.

    Raises:
        UnknownProduct: a product was never announced, or has no price in the currency.
    """
    order = find_order(order_id)
    lines = list(order.lines.all())
    priced = price_lines(
        [_wanted(line) for line in lines],
        currency=order.currency,
        price_list=_price_list(lines),
    )
    for line, agreed in zip(lines, priced, strict=True):
        line.name = agreed.name
        line.unit_price_minor = agreed.unit_price_minor
        line.total_minor = agreed.total_minor
    OrderLine.objects.bulk_update(lines, ["name", "unit_price_minor", "total_minor"])
    order.total_minor = sum(agreed.total_minor for agreed in priced)
    order.save(update_fields=["total_minor"])
    return {"total_minor": order.total_minor}


def confirm(order_id: str, placed: OrderPlaced, work: UnitOfWork) -> None:
    """This confirms a paid order; from here it can only be fulfilled."""
    _move(order_id, OrderStatus.CONFIRMED)
    work.append(OrderConfirmed(order_id=order_id))


def fulfil(order_id: str, placed: OrderPlaced, work: UnitOfWork) -> None:
    """This ends an order whose goods have left."""
    _move(order_id, OrderStatus.FULFILLED)
    work.append(OrderFulfilled(order_id=order_id))


def reject(order_id: str, placed: OrderPlaced, failure: Failure, work: UnitOfWork) -> None:
    """This ends an order that has been undone: as cancelled where that was wished, else failed."""
    order = find_order(order_id)
    if failure.cancelled:
        order.become(OrderStatus.CANCELLED)
        work.append(OrderCancelled(order_id=order_id))
    else:
        order.become(OrderStatus.FAILED)
        order.failure_code = failure.code
        order.failure_detail = failure.detail
        work.append(OrderFailed(order_id=order_id, code=failure.code))
    order.save(update_fields=["status", "failure_code", "failure_detail"])


def _move(order_id: str, wanted: OrderStatus) -> None:
    order = find_order(order_id)
    order.become(wanted)
    order.save(update_fields=["status"])


def _wanted(line: OrderLine) -> WantedLine:
    return WantedLine(
        sku=line.sku,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        discount_percent=line.discount_percent,
    )


def _price_list(lines: list[OrderLine]) -> dict[str, ListPrice]:
    products = KnownProduct.objects.in_bulk({line.sku for line in lines})
    return {
        sku: ListPrice(
            name=product.name,
            unit_price_minor=product.unit_price_minor,
            currency=product.currency,
        )
        for sku, product in products.items()
    }
