"""The read side of ordering: orders and baskets as the published interface shows them."""

import base64
import binascii
import uuid
from datetime import datetime

from modules.kernel.contracts import Invalid
from modules.kernel.readmodels.reading import read
from modules.ordering import contracts
from modules.ordering.contracts import (
    OrderFailure,
    OrderMoment,
    OrderPage,
    OrderSummary,
    UnknownOrder,
)
from modules.ordering.domain.order_status import OrderStatus
from modules.ordering.domain.pricing import line_total
from modules.ordering.models import BasketLine, Order, OrderLine
from modules.ordering.read_models import (
    HistoryProduct,
    HistoryRow,
    OrderHistory,
    OrderTimeline,
    TimelineRow,
)
from modules.shipping.contracts import Address

PAGE_SIZE_MAX = 200

_NIL = uuid.UUID(int=0)


def find_order(order_id: str) -> Order:
    """This gives the row of an order. Raises: UnknownOrder, also for what is no id at all."""
    order = Order.objects.filter(id=parsed_id(order_id)).first()
    if order is None:
        raise UnknownOrder(f"there is no order {order_id}", order_id=order_id)
    return order


def parsed_id(text: str) -> uuid.UUID:
    """This gives the id that the text is; for what is none, the nil id, which no order has.

    There is one way to write an order's id, because messages are ordered by its text.
    """
    try:
        parsed = uuid.UUID(text)
    except ValueError:
        return _NIL
    return parsed if str(parsed) == text else _NIL


def order(*, order_id: str) -> contracts.Order:
    """This gives one order with all that ordering has heard. Raises: UnknownOrder."""
    row = (
        Order.objects.filter(id=parsed_id(order_id))
        .select_related("payment", "shipment")
        .prefetch_related("lines")
        .first()
    )
    if row is None:
        raise UnknownOrder(f"there is no order {order_id}", order_id=order_id)
    shipment = getattr(row, "shipment", None)
    return contracts.Order(
        order_id=str(row.id),
        customer_id=row.customer_id,
        status=row.status,
        currency=row.currency,
        total_minor=row.total_minor,
        lines=tuple(_line(line) for line in row.lines.all()),
        ship_to=_address(row),
        placed_at=row.placed_at,
        failure=(
            OrderFailure(code=row.failure_code, detail=row.failure_detail)
            if row.failure_code
            else None
        ),
        payment=contracts.OrderPayment(
            status=row.payment.status,
            captured_minor=row.payment.captured_minor,
            refunded_minor=row.payment.refunded_minor,
        ),
        shipment=(
            contracts.OrderShipment(
                status=shipment.status, tracking_number=shipment.tracking_number
            )
            if shipment
            else None
        ),
    )


def orders(
    *, customer_id: str = "", status: str = "", cursor: str = "", limit: int = 50
) -> OrderPage:
    """This gives a page of orders, newest first; of one customer or status where it is given.

    An order placed while somebody pages is before the first page and shifts nothing.

    Raises:
        Invalid: a status that no order has, a cursor that was not given out, or a bad limit.
    """
    if not 1 <= limit <= PAGE_SIZE_MAX:
        raise Invalid(f"limit is 1 to {PAGE_SIZE_MAX}, not {limit}")
    rows = Order.objects.order_by("-id")
    if customer_id:
        rows = rows.filter(customer_id=customer_id)
    if status:
        if status not in set(OrderStatus):
            raise Invalid(f"status is one of {', '.join(OrderStatus)}, not {status!r}")
        rows = rows.filter(status=status)
    if cursor:
        rows = rows.filter(id__lt=id_in_cursor(cursor))
    page = list(rows[: limit + 1])
    return OrderPage(
        orders=tuple(summary_of(row) for row in page[:limit]),
        next_cursor=_cursor_at(page[limit - 1].id) if len(page) > limit else None,
    )


def history(
    *,
    customer_id: str = "",
    status: str = "",
    sku: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str = "",
    limit: int = 50,
) -> OrderPage:
    """This searches all orders ever placed, newest first, in the read model of the history.

    Args:
        sku: only orders with this product.
        since, until: only those placed from `since` on, and before `until`.

    Raises:
        Invalid: a cursor that was not given out, or a bad limit.
        ReadModelBehind: the caller's own write was not there in time.
    """
    if not 1 <= limit <= PAGE_SIZE_MAX:
        raise Invalid(f"limit is 1 to {PAGE_SIZE_MAX}, not {limit}")
    after = id_in_cursor(cursor) if cursor else None

    def query() -> list[HistoryRow]:
        rows = HistoryRow.objects.filter(placed_at__isnull=False).order_by("-order_id")
        rows = rows.filter(customer_id=customer_id) if customer_id else rows
        rows = rows.filter(status=status) if status else rows
        rows = rows.filter(placed_at__gte=since) if since else rows
        rows = rows.filter(placed_at__lt=until) if until else rows
        rows = rows.filter(order_id__lt=after) if after else rows
        if sku:
            with_it = HistoryProduct.objects.filter(sku=sku).values("order_id")
            rows = rows.filter(order_id__in=with_it)
        return list(rows[: limit + 1])

    page = read(OrderHistory, query)
    return OrderPage(
        orders=tuple(_seen(row) for row in page[:limit]),
        next_cursor=_cursor_at(page[limit - 1].order_id) if len(page) > limit else None,
    )


def timeline(*, order_id: str) -> tuple[OrderMoment, ...]:
    """This gives what has happened to an order, as far as the read model has heard.

    Raises:
        UnknownOrder: there is no such order.
        ReadModelBehind: the caller's own write was not there in time.
    """
    order = find_order(order_id)

    def query() -> list[TimelineRow]:
        return list(TimelineRow.objects.filter(order_id=order.id).order_by("number"))

    return tuple(
        OrderMoment(
            event_id=str(row.message_id),
            what=row.what,
            code=row.code,
            happened_at=row.happened_at,
        )
        for row in read(OrderTimeline, query)
    )


def id_in_cursor(cursor: str) -> uuid.UUID:
    """This gives the order after which the cursor goes on. Raises: Invalid."""
    try:
        return uuid.UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    except (binascii.Error, ValueError):
        raise Invalid(f"{cursor!r} is not a cursor that a page of orders has given") from None


def summary_of(row: Order) -> OrderSummary:
    """This gives the summary of an order's row."""
    return OrderSummary(
        order_id=str(row.id),
        customer_id=row.customer_id,
        status=row.status,
        currency=row.currency,
        total_minor=row.total_minor,
        placed_at=row.placed_at,
    )


def find_basket(basket_id: str) -> contracts.Basket:
    """This gives a basket at today's prices; an unknown id is an empty one.

    The currency of an empty basket is the empty text: the first product decides it.
    """
    rows = list(BasketLine.objects.filter(basket_id=basket_id).select_related("product"))
    lines = tuple(
        contracts.BasketLine(
            sku=line.product.sku,
            name=line.product.name,
            quantity=line.quantity,
            unit_price_minor=line.product.unit_price_minor,
            total_minor=line_total(
                unit_price_minor=line.product.unit_price_minor, quantity=line.quantity
            ),
        )
        for line in rows
    )
    return contracts.Basket(
        basket_id=basket_id,
        currency=rows[0].product.currency if rows else "",
        lines=lines,
        total_minor=sum(line.total_minor for line in lines),
    )


def _line(line: OrderLine) -> contracts.OrderLine:
    return contracts.OrderLine(
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        discount_percent=line.discount_percent,
        total_minor=line.total_minor,
    )


def _address(row: Order) -> Address:
    return Address(
        name=row.ship_to_name,
        line1=row.ship_to_line1,
        city=row.ship_to_city,
        country=row.ship_to_country,
        postal_code=row.ship_to_postal_code,
        region=row.ship_to_region,
    )


def _seen(row: HistoryRow) -> OrderSummary:
    assert row.placed_at is not None, "the query leaves out what was not placed"
    return OrderSummary(
        order_id=str(row.order_id),
        customer_id=row.customer_id,
        status=row.status,
        currency=row.currency,
        total_minor=row.total_minor,
        placed_at=row.placed_at,
    )


def _cursor_at(order_id: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(order_id.bytes).decode().rstrip("=")
