"""What the shop has to offer: catalog's products with inventory's stock beside them."""

from collections.abc import Iterable
from dataclasses import dataclass

from modules.catalog.contracts import Catalog, Product
from modules.inventory.contracts import Inventory
from modules.kernel import interfaces
from modules.kernel.contracts import Unavailable

PRODUCTS_A_PAGE = 24
_FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """This is a product with what can be had of it; `available` is None where not known."""

    product: Product
    available: int | None

    @property
    def availability(self) -> str:
        """This says it in a customer's words."""
        if self.available is None:
            return "Ask at checkout"
        if self.available <= 0:
            return "Sold out"
        return f"Only {self.available} left" if self.available <= _FEW else "In stock"

    @property
    def tone(self) -> str:
        """This is the look of the words: good, warn or bad; empty where nothing is known."""
        if self.available is None:
            return ""
        if self.available <= 0:
            return "bad"
        return "warn" if self.available <= _FEW else "good"

    @property
    def sold_out(self) -> bool:
        return self.available is not None and self.available <= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """This is a page of offers; `next_cursor` leads to the next."""

    offers: tuple[Offer, ...]
    next_cursor: str | None


def shelf(*, category: str, search: str, cursor: str) -> Shelf:
    """This gives the offers of a category (all when empty) that match the search."""
    page = interfaces.get(Catalog).products(
        category=category, search=search, cursor=cursor, limit=PRODUCTS_A_PAGE
    )
    return Shelf(offers=_offers(page.products), next_cursor=page.next_cursor)


def offer(*, sku: str) -> Offer:
    """This gives one offer. Raises: UnknownProduct."""
    return _offers([interfaces.get(Catalog).product(sku=sku)])[0]


def neighbours(*, of: Product, count: int) -> tuple[Offer, ...]:
    """This gives other offers of a product's category."""
    page = interfaces.get(Catalog).products(category=of.category, limit=count + 1)
    return _offers([product for product in page.products if product.sku != of.sku][:count])


def _offers(products: Iterable[Product]) -> tuple[Offer, ...]:
    products = tuple(products)
    available = _available(tuple(product.sku for product in products))
    return tuple(
        Offer(product=product, available=available.get(product.sku)) for product in products
    )


def _available(skus: tuple[str, ...]) -> dict[str, int]:
    if not skus:
        return {}
    try:
        levels = interfaces.get(Inventory).levels(skus=skus)
    except Unavailable:
        # A shop that cannot see its stock still sells: the order itself asks again.
        return {}
    return {level.sku: level.available for level in levels}
