"""What an order costs: each line's price is the one agreed, or else the catalogue's.

A line's total is quantity × price × (100 − discount) / 100, rounded half to even, once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from modules.catalog.contracts import UnknownProduct
from modules.kernel.contracts import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPrice:
    """This is what the catalogue asks for one piece of a product."""

    name: str
    unit_price_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLine:
    """This is a line whose price may not be agreed yet: `unit_price_minor` is None then."""

    sku: str
    quantity: int
    unit_price_minor: int | None
    discount_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """This is a line as it was agreed."""

    name: str
    unit_price_minor: int
    total_minor: int


def line_total(*, unit_price_minor: int, quantity: int, discount_percent: Decimal | int = 0) -> int:
    """This gives a line's total in minor units; the currency does not matter to it."""
    price = Money(amount_minor=unit_price_minor, currency="")
    return price.times(quantity, discount_percent=discount_percent).amount_minor


def price_lines(
    lines: Sequence[WantedLine], *, currency: str, price_list: Mapping[str, ListPrice]
) -> tuple[PricedLine, ...]:
    """This agrees a price for every line, in their order.

    A price on the line stands, whatever the catalogue asks today; but the product must
    have been announced all the same.

    Args:
        price_list: what the catalogue asks, by SKU.

    Raises:
        UnknownProduct: a product was never announced, or has no price in the currency.
    """
    return tuple(_priced(line, currency, price_list.get(line.sku)) for line in lines)


def _priced(line: WantedLine, currency: str, product: ListPrice | None) -> PricedLine:
    if product is None:
        raise UnknownProduct(f"no product {line.sku} has been announced", sku=line.sku)
    unit_price_minor = line.unit_price_minor
    if unit_price_minor is None:
        if product.currency != currency:
            raise UnknownProduct(
                f"{line.sku} is sold in {product.currency} and has no price in {currency}",
                sku=line.sku,
            )
        unit_price_minor = product.unit_price_minor
    return PricedLine(
        name=product.name,
        unit_price_minor=unit_price_minor,
        total_minor=line_total(
            unit_price_minor=unit_price_minor,
            quantity=line.quantity,
            discount_percent=line.discount_percent,
        ),
    )
