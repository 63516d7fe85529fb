"""What the shop has to offer: catalog's products with inventory's stock beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from modules.catalog.contracts import Catalog, Product, ProductPage
from modules.inventory.contracts import Inventory
from modules.kernel import interfaces
from modules.kernel.composition import Composed, Composition, Part, compose

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
    """This is a page of offers; `next_cursor` leads to the next.

    Attributes:
        categories: all there are, for finding the way; empty where nobody can say.
        states: what became of each part, by its name.
    """

    offers: tuple[Offer, ...]
    next_cursor: str | None
    categories: tuple[str, ...]
    states: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByShelf:
    """This asks for a page of a category (all when empty), of what matches the search."""

    category: str = ""
    search: str = ""
    cursor: str = ""
    limit: int = PRODUCTS_A_PAGE


def _page(asked: ByShelf, found: Mapping[str, Any]) -> ProductPage:
    return interfaces.get(Catalog).products(
        category=asked.category, search=asked.search, cursor=asked.cursor, limit=asked.limit
    )


def _categories(asked: ByShelf, found: Mapping[str, Any]) -> tuple[str, ...]:
    return interfaces.get(Catalog).categories()


def _stock_of_page(asked: ByShelf, found: Mapping[str, Any]) -> dict[str, int]:
    page: ProductPage = found["products"]
    return _available(page.products)


SHELF = Composition(
    name="shelf",
    seconds=4.0,
    parts=(
        Part(name="products", ask=_page, seconds=3.0, required=True),
        Part(name="categories", ask=_categories, seconds=1.5),
        # A shop that cannot see its stock still sells: the order itself asks again.
        Part(name="stock", ask=_stock_of_page, seconds=1.5, needs=("products",)),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BySku:
    """This asks for one product, with some others of its category."""

    sku: str
    neighbours: int = 4


def _product(asked: BySku, found: Mapping[str, Any]) -> Product:
    return interfaces.get(Catalog).product(sku=asked.sku)


def _neighbours(asked: BySku, found: Mapping[str, Any]) -> tuple[Product, ...]:
    product: Product = found["product"]
    page = interfaces.get(Catalog).products(category=product.category, limit=asked.neighbours + 1)
    others = [one for one in page.products if one.sku != product.sku]
    return tuple(others[: asked.neighbours])


def _stock_of_product(asked: BySku, found: Mapping[str, Any]) -> dict[str, int]:
    return _available((found["product"],))


def _stock_of_neighbours(asked: BySku, found: Mapping[str, Any]) -> dict[str, int]:
    return _available(found["neighbours"])


PRODUCT = Composition(
    name="product",
    seconds=4.0,
    parts=(
        Part(name="product", ask=_product, seconds=3.0, required=True),
        Part(name="stock", ask=_stock_of_product, seconds=1.5, needs=("product",)),
        Part(name="neighbours", ask=_neighbours, seconds=1.5, needs=("product",)),
        Part(
            name="stock_of_neighbours",
            ask=_stock_of_neighbours,
            seconds=1.5,
            needs=("neighbours",),
        ),
    ),
)


def shelf(asked: ByShelf) -> Shelf:
    """This gives a page of offers. Raises: Invalid; PartUnavailable."""
    composed = compose(SHELF, asked)
    page: ProductPage = composed["products"]
    return Shelf(
        offers=_offers(page.products, composed.get("stock")),
        next_cursor=page.next_cursor,
        categories=composed.get("categories", ()),
        states=composed.states,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPage:
    """This is an offer with others like it."""

    offer: Offer
    neighbours: tuple[Offer, ...]
    states: Mapping[str, str]


def offer(asked: BySku) -> OfferPage:
    """This gives one offer with its neighbours. Raises: UnknownProduct; PartUnavailable."""
    composed: Composed = compose(PRODUCT, asked)
    return OfferPage(
        offer=_offers((composed["product"],), composed.get("stock"))[0],
        neighbours=_offers(composed.get("neighbours", ()), composed.get("stock_of_neighbours")),
        states=composed.states,
    )


def _offers(products: tuple[Product, ...], stock: Mapping[str, int] | None) -> tuple[Offer, ...]:
    return tuple(
        Offer(product=product, available=(stock or {}).get(product.sku)) for product in products
    )


def _available(products: tuple[Product, ...]) -> dict[str, int]:
    if not products:
        return {}
    levels = interfaces.get(Inventory).levels(skus=tuple(product.sku for product in products))
    return {level.sku: level.available for level in levels}
