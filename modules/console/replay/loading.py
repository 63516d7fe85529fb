"""Loading: announce the book's products and put its stock on the shelves, over HTTP."""

from collections.abc import Callable
from urllib.parse import quote

from modules.console.replay.client import Client
from modules.console.replay.order_book import OrderBook


def load(client: Client, book: OrderBook, *, on_request: Callable[[], None]) -> None:
    """This makes two requests a product: all products first, then the stock of each.

    Products first, because ordering learns of them by messages: by the time the stock is
    counted it knows them.
    """
    for product in book.products:
        client.put(
            f"/api/v1/catalog/products/{quote(product.sku, safe='')}",
            {
                "name": product.name,
                "category": product.category,
                "unit_price_minor": product.unit_price_minor,
                "currency": product.currency,
            },
        )
        on_request()
    for product in book.products:
        client.put(
            f"/api/v1/inventory/{quote(product.sku, safe='')}",
            {"on_hand": product.units_in_stock},
        )
        on_request()
