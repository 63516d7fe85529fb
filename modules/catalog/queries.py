"""The read side: questions about products, answered from catalog's own table."""

from modules.catalog.contracts import Product, ProductPage, UnknownProduct
from modules.catalog.domain import is_sku, words_of
from modules.catalog.models import Product as ProductRow
from modules.kernel.contracts import Invalid

MOST_ON_A_PAGE = 200


def product(*, sku: str) -> Product:
    """This gives one product.

    Raises:
        UnknownProduct: none has the SKU.
    """
    # What cannot be a SKU is not asked of the database: PostgreSQL refuses NUL in a text.
    row = ProductRow.objects.filter(sku=sku).first() if is_sku(sku) else None
    if row is None:
        raise UnknownProduct(f"there is no product {sku!r}", sku=sku)
    return _product(row)


def products(
    *, category: str = "", search: str = "", cursor: str = "", limit: int = 50
) -> ProductPage:
    """This gives a page of products in SKU order; the cursor is the last SKU of the page before.

    Raises:
        Invalid: the limit is out of bounds.
    """
    if not 1 <= limit <= MOST_ON_A_PAGE:
        raise Invalid(f"limit is between 1 and {MOST_ON_A_PAGE}, not {limit}", limit=limit)
    rows = ProductRow.objects.order_by("sku")
    if category:
        rows = rows.filter(category=category)
    for word in words_of(search):
        rows = rows.filter(search_name__contains=word)
    if cursor:
        rows = rows.filter(sku__gt=cursor)
    # One more than asked for tells whether there is a next page.
    found = list(rows[: limit + 1])
    return ProductPage(
        products=tuple(_product(row) for row in found[:limit]),
        next_cursor=found[limit - 1].sku if len(found) > limit else None,
    )


def named(*, skus: tuple[str, ...]) -> tuple[Product, ...]:
    """This gives the products of the SKUs that are known, in SKU order.

    Raises:
        Invalid: more SKUs than fit on a page.
    """
    if len(skus) > MOST_ON_A_PAGE:
        raise Invalid(f"at most {MOST_ON_A_PAGE} SKUs at once, not {len(skus)}")
    rows = ProductRow.objects.filter(sku__in=filter(is_sku, skus)).order_by("sku")
    return tuple(map(_product, rows))


def categories() -> tuple[str, ...]:
    """This gives the names of all categories that have products, in order."""
    names = ProductRow.objects.order_by("category").values_list("category", flat=True)
    return tuple(names.distinct())


def known_skus(*, skus: tuple[str, ...]) -> frozenset[str]:
    """This gives those of the SKUs that have a product."""
    return frozenset(ProductRow.objects.filter(sku__in=skus).values_list("sku", flat=True))


def _product(row: ProductRow) -> Product:
    return Product(
        sku=row.sku,
        name=row.name,
        category=row.category,
        unit_price_minor=row.unit_price_minor,
        currency=row.currency,
    )
