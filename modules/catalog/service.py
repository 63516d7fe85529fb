"""Catalog's published interface, answered in process."""

from modules.catalog import queries
from modules.catalog.contracts import Product, ProductPage


class CatalogService:
    """This answers `modules.catalog.contracts.Catalog`."""

    def product(self, *, sku: str) -> Product:
        return queries.product(sku=sku)

    def products(
        self, *, category: str = "", search: str = "", cursor: str = "", limit: int = 50
    ) -> ProductPage:
        return queries.products(category=category, search=search, cursor=cursor, limit=limit)

    def named(self, *, skus: tuple[str, ...]) -> tuple[Product, ...]:
        return queries.named(skus=skus)

    def categories(self) -> tuple[str, ...]:
        return queries.categories()
