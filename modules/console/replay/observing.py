"""Observing: what the API says once everything is placed. Nothing is taken from memory.

Every order is read again, with its payment; an order that was fine when it was last looked
at may have been charged twice since.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from modules.console.replay.client import Client
from modules.console.replay.order_book import BookOrder, OrderBook
from modules.console.replay.placing import PlacedOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenOrder:
    """This is an order as the API shows it.

    Attributes:
        book_order: the order of the book that it was placed for.
        shipment_status: empty where there is no shipment.
    """

    book_order: BookOrder
    order_id: str
    status: str
    total_minor: int
    captured_minor: int
    refunded_minor: int
    shipment_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenStock:
    """This is the stock of a SKU as the API shows it, with what the book began with."""

    sku: str
    initial: int
    on_hand: int
    reserved: int
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """This is the end of a replay as a client sees it.

    Attributes:
        strangers: ids of listed orders, not older than this replay's, that it did not place.
    """

    orders: tuple[SeenOrder, ...]
    stock: tuple[SeenStock, ...]
    strangers: tuple[str, ...]


def observe(client: Client, book: OrderBook, placed: tuple[PlacedOrder, ...]) -> Observation:
    """This reads every placed order, the stock of every SKU, and the list of orders."""
    return Observation(
        orders=tuple(
            _seen_order(order.book_order, client.get(f"/api/v1/orders/{order.order_id}"))
            for order in placed
        ),
        stock=tuple(
            SeenStock(
                initial=product.units_in_stock,
                **client.get(f"/api/v1/inventory/{quote(product.sku, safe='')}"),
            )
            for product in book.products
        ),
        strangers=_strangers(client, {order.order_id for order in placed}),
    )


def _seen_order(book_order: BookOrder, seen: dict[str, Any]) -> SeenOrder:
    return SeenOrder(
        book_order=book_order,
        order_id=seen["order_id"],
        status=seen["status"],
        total_minor=seen["total_minor"],
        captured_minor=seen["payment"]["captured_minor"],
        refunded_minor=seen["payment"]["refunded_minor"],
        shipment_status=seen["shipment"]["status"] if seen["shipment"] else "",
    )


def _strangers(client: Client, ours: set[str]) -> tuple[str, ...]:
    """This walks the list, newest first, until it has met all our orders, and gives the others.

    What comes after the last of ours is older than this replay and not its business.
    """
    missing = set(ours)
    strangers: list[str] = []
    met: list[str] = []
    cursor = ""
    while missing:
        page = client.get(f"/api/v1/orders?{urlencode({'cursor': cursor} if cursor else {})}")
        for listed in page["orders"]:
            if listed["order_id"] in missing:
                missing.remove(listed["order_id"])
                strangers += met
                met = []
            else:
                met.append(listed["order_id"])
        cursor = page["next_cursor"]
        if not cursor:
            break
    return tuple(strangers)
