"""What is ordered in the demo: a few products, and orders of one to three lines."""

from decimal import Decimal
from itertools import islice

from modules.console.replay.order_book import BookLine, BookOrder, BookProduct, OrderBook
from modules.shipping.contracts import Address

_PRODUCTS = (("Chai", 1800), ("Chang", 1900), ("Aniseed syrup", 1000), ("Ikura", 3100))
_STOCK = 1000
_ADDRESS = Address(
    name="Ada Lovelace",
    line1="12 St James's Square",
    city="London",
    postal_code="SW1Y 4JH",
    country="GB",
)


def book(orders: int) -> OrderBook:
    """This gives a book with so many orders."""
    products = tuple(
        BookProduct(
            sku=f"DEMO-{number}",
            name=name,
            category="Demo",
            unit_price_minor=price,
            currency="USD",
            units_in_stock=_STOCK,
        )
        for number, (name, price) in enumerate(_PRODUCTS)
    )
    return OrderBook(
        products=products, orders=tuple(_order(number, products) for number in range(orders))
    )


def _order(number: int, products: tuple[BookProduct, ...]) -> BookOrder:
    first = number % len(products)
    return BookOrder(
        number=number,
        customer_id=f"customer-{number % 5}",
        currency="USD",
        lines=tuple(
            BookLine(
                sku=product.sku,
                quantity=1 + number % 3,
                unit_price_minor=product.unit_price_minor,
                discount_percent=Decimal(0),
            )
            for product in islice((*products, *products), first, first + 1 + number % 3)
        ),
        ship_to=_ADDRESS,
    )
