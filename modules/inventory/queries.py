"""The read side: how much there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from modules.inventory.contracts import StockLevel, UnknownSku
from modules.inventory.domain import Shelf, is_code
from modules.inventory.models import Stock
from modules.inventory.read_models import Availability, ShelfRow
from modules.kernel.readmodels.reading import read


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """This is a page of what can be bought; `next_after` is None on the last."""

    levels: tuple[StockLevel, ...]
    next_after: str | None


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
    return tuple(_level(row) for row in sums.order_by("sku"))


def availability(*, skus: tuple[str, ...] = (), after: str = "", limit: int = 100) -> Available:
    """This gives what can be bought, from the read model: quick, and a moment old.

    Args:
        skus: only these; all without any.
        after: only SKUs that come after this one, for the next page.

    Raises:
        ReadModelBehind: the caller's own write was not there in time.
    """

    def query() -> list[StockLevel]:
        rows = ShelfRow.objects.filter(sku__gt=after) if after else ShelfRow.objects.all()
        rows = rows.filter(sku__in=skus) if skus else rows
        sums = rows.values("sku").annotate(on_hand=Sum("on_hand"), reserved=Sum("reserved"))
        return [_level(row) for row in sums.order_by("sku")[: limit + 1]]

    page = read(Availability, query)
    return Available(
        levels=tuple(page[:limit]), next_after=page[limit - 1].sku if len(page) > limit else None
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


def _level(row: Mapping[str, Any]) -> StockLevel:
    return StockLevel(
        sku=row["sku"],
        on_hand=row["on_hand"],
        reserved=row["reserved"],
        available=row["on_hand"] - row["reserved"],
    )


def _unknown(sku: str) -> UnknownSku:
    return UnknownSku(f"no stock is kept of {sku!r}; put some first", sku=sku)
