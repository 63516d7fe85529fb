"""The questions catalog answers.

Problem
└── NotFound
    └── UnknownProduct(sku)   code unknown-product
"""

from dataclasses import dataclass
from typing import Protocol

from modules.kernel.contracts import NotFound, interface, safe


class UnknownProduct(NotFound):
    """This says that no product has the SKU."""

    code = "unknown-product"
    title = "No such product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """This is a product as catalog sells it."""

    sku: str
    name: str
    category: str
    unit_price_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """This is one page of products in SKU order; `next_cursor` is None on the last."""

    products: tuple[Product, ...]
    next_cursor: str | None = None


@interface("catalog")
class Catalog(Protocol):
    """Questions about what is sold."""

    @safe
    def product(self, *, sku: str) -> Product:
        """This gives one product.

        Raises:
            UnknownProduct: none has the SKU.
        """

    @safe
    def products(
        self, *, category: str = "", search: str = "", cursor: str = "", limit: int = 50
    ) -> ProductPage:
        """This gives a page of products in SKU order.

        Args:
            category: only this one's.
            search: words that the name must have, in any order, whatever their case and accents.
            cursor: `next_cursor` of the page before.
            limit: 1 to 200.

        Raises:
            Invalid: the limit is out of bounds.
        """

    @safe
    def named(self, *, skus: tuple[str, ...]) -> tuple[Product, ...]:
        """This gives the products of the SKUs that are known, in SKU order; at most 200 of them.

        Raises:
            Invalid: more than 200 SKUs.
        """

    @safe
    def categories(self) -> tuple[str, ...]:
        """This gives the names of all categories that have products, in order."""
