"""All that a customer may want to see of one order, from everybody who knows something of it.

Ordering has its own copies of what became of payment and shipment, and those decide what the page
says; payments and shipping know more, and the page is richer with them and whole without.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modules.catalog.contracts import Catalog, Product
from modules.kernel import interfaces
from modules.kernel.composition import Composition, Part, compose
from modules.ordering.contracts import Order, Ordering, OrderMoment
from modules.payments.contracts import Payments, PaymentStatus
from modules.shipping.contracts import ShipmentStatus, Shipping, UnknownShipment


@dataclass(frozen=True, slots=True, kw_only=True)
class ByOrder:
    """This asks for one order. Whether it is theirs who ask is judged by ordering."""

    order_id: str


def order_of(asked: ByOrder) -> Order:
    """This gives an order. Raises: UnknownOrder, also for one that is somebody else's."""
    return interfaces.get(Ordering).order(order_id=asked.order_id)


def _order(asked: ByOrder, found: Mapping[str, Any]) -> Order:
    return order_of(asked)


def _payment(asked: ByOrder, found: Mapping[str, Any]) -> PaymentStatus:
    return interfaces.get(Payments).status(order_id=asked.order_id)


def _shipment(asked: ByOrder, found: Mapping[str, Any]) -> ShipmentStatus | None:
    try:
        return interfaces.get(Shipping).shipment(order_id=asked.order_id)
    except UnknownShipment:
        return None


def _timeline(asked: ByOrder, found: Mapping[str, Any]) -> tuple[OrderMoment, ...]:
    return interfaces.get(Ordering).timeline(order_id=asked.order_id)


def _products(asked: ByOrder, found: Mapping[str, Any]) -> dict[str, Product]:
    order: Order = found["order"]
    skus = tuple(dict.fromkeys(line.sku for line in order.lines))
    products = interfaces.get(Catalog).named(skus=skus[:200])
    return {product.sku: product for product in products}


ORDER_PAGE = Composition(
    name="order_page",
    seconds=4.0,
    parts=(
        Part(name="order", ask=_order, seconds=3.0, required=True),
        Part(name="payment", ask=_payment, seconds=1.5),
        Part(name="shipment", ask=_shipment, seconds=1.5),
        Part(name="timeline", ask=_timeline, seconds=1.5),
        Part(name="products", ask=_products, seconds=1.5, needs=("order",)),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeOrder:
    """This is an order with what the others know of it.

    Attributes:
        payment, shipment: None where there is none, or where nobody could say; see `states`.
        products: catalog's, by SKU; those that it could tell of.
        states: what became of each part, by its name.
    """

    order: Order
    payment: PaymentStatus | None
    shipment: ShipmentStatus | None
    timeline: tuple[OrderMoment, ...]
    products: Mapping[str, Product]
    states: Mapping[str, str]


def order_page(asked: ByOrder) -> WholeOrder:
    """This gives the page of an order. Raises: UnknownOrder; PartUnavailable."""
    composed = compose(ORDER_PAGE, asked)
    return WholeOrder(
        order=composed["order"],
        payment=composed.get("payment"),
        shipment=composed.get("shipment"),
        timeline=composed.get("timeline", ()),
        products=composed.get("products", {}),
        states=composed.states,
    )
