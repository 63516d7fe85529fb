"""Reading rows in order to change them."""

from collections.abc import Callable, Iterable

from django.db.models import QuerySet

from modules.inventory.contracts import StockLevelChanged
from modules.inventory.domain import Shelf
from modules.inventory.models import Reservation, Stock
from modules.kernel.messaging import UnitOfWork


def locked_reservation(order_id: str) -> Reservation | None:
    """This gives an order's reservation, locked; None when the order was never heard of."""
    return Reservation.objects.select_for_update().filter(order_id=order_id).first()


def locked_stock(*, skus: Iterable[str]) -> list[Stock]:
    """This gives the rows of the SKUs at all locations, locked."""
    return list(_in_lock_order(Stock.objects.filter(sku__in=tuple(skus))))


def announce(work: UnitOfWork, rows: Iterable[Stock]) -> None:
    """This tells what is on the shelves now, while their rows are still locked."""
    work.append_all(
        [
            StockLevelChanged(
                sku=row.sku, location=row.location_id, on_hand=row.on_hand, reserved=row.reserved
            )
            for row in rows
        ]
    )


def change_reserved_stock(
    work: UnitOfWork, reservation: Reservation, change: Callable[[Shelf, int], Shelf]
) -> None:
    """This applies ``change(shelf, quantity)`` to each shelf that serves the reservation."""
    quantities = dict(reservation.lines.values_list("stock_id", "quantity"))
    rows = list(_in_lock_order(Stock.objects.filter(id__in=quantities)))
    for row in rows:
        shelf = change(row.shelf(), quantities[row.id])
        row.on_hand, row.reserved = shelf.on_hand, shelf.reserved
    Stock.objects.bulk_update(rows, ["on_hand", "reserved"])
    announce(work, rows)


def _in_lock_order(rows: QuerySet[Stock]) -> QuerySet[Stock]:
    # Locked in SKU order: two checkouts of the same SKUs, named in opposite orders, must
    # not each hold what the other waits for. By id within a SKU, for its locations.
    return rows.select_for_update().order_by("sku", "id")
