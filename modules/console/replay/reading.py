"""Reading an order book from its folder: products.csv, orders.csv and order_lines.csv.

The layout is that of the Northwind sample; customers.csv and columns that an order does
not need are left alone. Everything is checked before anything is sent, so that a bad file
is found before half of it has been played.
"""

from pathlib import Path

from modules.console.replay.order_book import BookLine, BookOrder, BookProduct, OrderBook
from modules.console.replay.tables import Row, read_table
from modules.shipping.contracts import Address

_PRODUCTS = ("sku", "name", "category", "unit_price_minor", "currency", "units_in_stock")
_LINES = ("order_id", "sku", "quantity", "unit_price_minor", "discount_percent")
_ORDERS = (
    "order_id",
    "customer_id",
    "ship_name",
    "ship_address",
    "ship_city",
    "ship_region",
    "ship_postal_code",
    "ship_country",
)


def read_order_book(folder: Path) -> OrderBook:
    """This reads and checks a book; its orders come in order_id order.

    Raises:
        BadOrderBook: a file, row or column is missing or wrong.
    """
    products = _products(folder / "products.csv")
    lines = _lines(folder / "order_lines.csv", products)
    orders: dict[int, BookOrder] = {}
    for row in read_table(folder / "orders.csv", columns=_ORDERS):
        order = _order(row, products, lines)
        if order.number in orders:
            row.refuse("order_id", f"{order.number} stands in the file twice")
        orders[order.number] = order
    for number, of_order in lines.items():
        if number not in orders:
            of_order[0][0].refuse("order_id", f"{number} is not in orders.csv")
    return OrderBook(
        products=tuple(products.values()),
        orders=tuple(orders[number] for number in sorted(orders)),
    )


def _products(path: Path) -> dict[str, BookProduct]:
    products: dict[str, BookProduct] = {}
    for row in read_table(path, columns=_PRODUCTS):
        sku = row.text("sku")
        if sku in products:
            row.refuse("sku", f"{sku} stands in the file twice")
        products[sku] = BookProduct(
            sku=sku,
            name=row.text("name"),
            category=row.text("category"),
            unit_price_minor=row.whole("unit_price_minor", minimum=0),
            currency=row.text("currency"),
            units_in_stock=row.whole("units_in_stock", minimum=0),
        )
    return products


def _lines(path: Path, products: dict[str, BookProduct]) -> dict[int, list[tuple[Row, BookLine]]]:
    """This gives the lines of each order with the rows they came from, to name in errors."""
    lines: dict[int, list[tuple[Row, BookLine]]] = {}
    for row in read_table(path, columns=_LINES):
        line = BookLine(
            sku=row.text("sku"),
            quantity=row.whole("quantity", minimum=1),
            unit_price_minor=row.whole("unit_price_minor", minimum=0),
            discount_percent=row.percent("discount_percent"),
        )
        if line.sku not in products:
            row.refuse("sku", f"{line.sku} is not in products.csv")
        lines.setdefault(row.whole("order_id", minimum=1), []).append((row, line))
    return lines


def _order(
    row: Row, products: dict[str, BookProduct], lines: dict[int, list[tuple[Row, BookLine]]]
) -> BookOrder:
    number = row.whole("order_id", minimum=1)
    of_order = lines.get(number)
    if not of_order:
        row.refuse("order_id", f"{number} has no line in order_lines.csv")
    currency = products[of_order[0][1].sku].currency
    for line_row, line in of_order:
        if products[line.sku].currency != currency:
            line_row.refuse("sku", f"{line.sku} is not sold in {currency} like the order's others")
    return BookOrder(
        number=number,
        customer_id=row.text("customer_id"),
        currency=currency,
        lines=tuple(line for _, line in of_order),
        ship_to=Address(
            name=row.text("ship_name"),
            line1=row.text("ship_address"),
            city=row.text("ship_city"),
            region=row.optional("ship_region"),
            postal_code=row.optional("ship_postal_code"),
            country=row.text("ship_country"),
        ),
    )
