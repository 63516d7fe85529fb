"""The order book: what is to be replayed, as it stood in the files, before anything is sent."""

from dataclasses import dataclass, replace
from decimal import Decimal

from modules.kernel.contracts import Money
from modules.shipping.contracts import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class BookProduct:
    """This is a product of the book with the stock it starts with."""

    sku: str
    name: str
    category: str
    unit_price_minor: int
    currency: str
    units_in_stock: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """This is a line of an order at the price and discount that were agreed then."""

    sku: str
    quantity: int
    unit_price_minor: int
    discount_percent: Decimal

    def total(self, *, currency: str) -> Money:
        price = Money(amount_minor=self.unit_price_minor, currency=currency)
        return price.times(self.quantity, discount_percent=self.discount_percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookOrder:
    """This is an order of the book; `number` is its order_id there, not the system's."""

    number: int
    customer_id: str
    currency: str
    lines: tuple[BookLine, ...]
    ship_to: Address

    @property
    def total_minor(self) -> int:
        return sum(line.total(currency=self.currency).amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBook:
    """This is the whole book; `orders` are in the order in which they are played."""

    products: tuple[BookProduct, ...]
    orders: tuple[BookOrder, ...]

    def first(self, count: int) -> "OrderBook":
        """This gives the book with its first `count` orders only."""
        return replace(self, orders=self.orders[:count])

    def stocked(self, factor: int) -> "OrderBook":
        """This gives the book with `factor` times the stock."""
        return replace(
            self,
            products=tuple(
                replace(product, units_in_stock=product.units_in_stock * factor)
                for product in self.products
            ),
        )
