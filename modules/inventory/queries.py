"""The read side: how much there is."""

from django.db.models import Sum

from modules.inventory.contracts import StockLevel, UnknownSku
from modules.inventory.domain import Shelf, is_code
from modules.inventory.models import Stock


def level(*, sku: str) -> StockLevel:
    """This gives the stock of one SKU over all locations.

    Raises:
        UnknownSku: inventory has never heard of it.
    """
    # What cannot be a SKU is not asked of the database: PostgreSQL refuses NUL in a text.
    found = levels(skus=(sku,)) if is_code(sku) else ()
    if not found:
        raise _unknown(sku)
    return found[0]


def levels(*, skus: tuple[str, ...] = ()) -> tuple[StockLevel, ...]:
    """This gives the stock of the SKUs that are known, in order; of all when none is named."""
    rows = Stock.objects.filter(sku__in=skus) if skus else Stock.objects.all()
    sums = rows.values("sku").annotate(on_hand=Sum("on_hand"), reserved=Sum("reserved"))
    return tuple(
        StockLevel(
            sku=row["sku"],
            on_hand=row["on_hand"],
            reserved=row["reserved"],
            available=row["on_hand"] - row["reserved"],
        )
        for row in sums.order_by("sku")
    )


def shelves(*, sku: str) -> tuple[Shelf, ...]:
    """This gives the stock of one SKU location by location.

    Raises:
        UnknownSku: inventory has never heard of it.
    """
    rows = Stock.objects.filter(sku=sku).order_by("location") if is_code(sku) else ()
    found = tuple(row.shelf() for row in rows)
    if not found:
        raise _unknown(sku)
    return found


def _unknown(sku: str) -> UnknownSku:
    return UnknownSku(f"no stock is kept of {sku!r}; put some first", sku=sku)
