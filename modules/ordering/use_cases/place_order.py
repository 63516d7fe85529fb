"""Placing an order: accepted at once, carried out by the saga that `OrderPlaced` starts."""

import uuid
from datetime import datetime

from modules.kernel.contracts import new_id
from modules.kernel.messaging import UnitOfWork, unit_of_work
from modules.ordering.contracts import (
    IdempotencyConflict,
    OrderPlaced,
    OrderSummary,
    PlaceOrder,
    RequestedLine,
)
from modules.ordering.domain.placing import check_request, digest_of, pieces_by_sku
from modules.ordering.models import IdempotentRequest, KnownProduct, Order, OrderLine, OrderPayment
from modules.ordering.queries import summary_of


def place_order(request: PlaceOrder, *, idempotency_key: str, now: datetime) -> OrderSummary:
    """This places an order, or gives the one that the key has placed already.

    A product that is not known yet, or has no price, does not refuse the order here: the
    checkout agrees the prices, and fails the order where it cannot.

    Raises:
        Invalid: the request could never become an order.
        IdempotencyConflict: the key was used with another request.
    """
    check_request(request)
    digest = digest_of(request)
    order_id = new_id()
    with unit_of_work("ordering") as work:
        # Claimed before anything else, by an insert that waits for another's: of two
        # requests with one key at the same moment, one places and one reads.
        IdempotentRequest.objects.bulk_create(
            [IdempotentRequest(key=idempotency_key, digest=digest, order_id=order_id)],
            ignore_conflicts=True,
        )
        claimed = IdempotentRequest.objects.get(key=idempotency_key)
        if claimed.digest != digest:
            raise IdempotencyConflict(
                f"the idempotency key {idempotency_key!r} has placed another order; "
                "use a new key for a new order",
                key=idempotency_key,
            )
        if claimed.order_id != order_id:
            return summary_of(claimed.order)
        return summary_of(record_order(work, request, order_id=order_id, now=now))


def record_order(
    work: UnitOfWork, request: PlaceOrder, *, order_id: uuid.UUID, now: datetime
) -> Order:
    """This writes a new order and announces it; whoever calls it sees to doing so once."""
    address = request.ship_to
    order = Order.objects.create(
        id=order_id,
        customer_id=request.customer_id,
        currency=request.currency,
        ship_to_name=address.name,
        ship_to_line1=address.line1,
        ship_to_city=address.city,
        ship_to_country=address.country,
        ship_to_postal_code=address.postal_code,
        ship_to_region=address.region,
        placed_at=now,
    )
    products = KnownProduct.objects.in_bulk({line.sku for line in request.lines})
    OrderLine.objects.bulk_create(
        _line(order, number, line, products.get(line.sku))
        for number, line in enumerate(request.lines, start=1)
    )
    OrderPayment.objects.create(order=order)
    work.append(
        OrderPlaced(
            order_id=str(order_id),
            customer_id=request.customer_id,
            currency=request.currency,
            lines=pieces_by_sku(request.lines),
            ship_to=address,
            payment_token=request.payment_token,
        )
    )
    return order


def _line(
    order: Order, number: int, line: RequestedLine, product: KnownProduct | None
) -> OrderLine:
    unit_price_minor = line.unit_price_minor
    # Today's price is kept now, so that a change while the order runs is not the customer's.
    if unit_price_minor is None and product is not None and product.currency == order.currency:
        unit_price_minor = product.unit_price_minor
    return OrderLine(
        order=order,
        number=number,
        sku=line.sku,
        name=product.name if product else "",
        quantity=line.quantity,
        unit_price_minor=unit_price_minor,
        discount_percent=line.discount_percent,
    )
