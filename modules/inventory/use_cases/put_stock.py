"""`put_stock` and `put_shelf`: say how much there is, in total or at one location."""

from modules.inventory.domain import MAIN, InvalidStock, Shelf, is_code, main_shelf_for
from modules.inventory.models import Location, Stock
from modules.inventory.use_cases.locks import announce, locked_stock
from modules.kernel.messaging import UnitOfWork, unit_of_work


def put_stock(*, sku: str, on_hand: int) -> bool:
    """This sets the total on hand of a SKU; the main location takes up the difference.

    Returns:
        Whether the SKU is new to inventory.

    Raises:
        InvalidStock: the SKU or the number cannot be.
        StockReservedAlready: more than that is kept for orders.
        StockElsewhere: the difference is more than the main location can give.
    """
    _refuse_wrong_code("sku", sku)
    with unit_of_work("inventory") as work:
        made = _make_missing_row(sku, MAIN)
        rows = locked_stock(skus=[sku])
        shelves = [row.shelf() for row in rows]
        _keep(work, rows, main_shelf_for(sku, shelves, total_on_hand=on_hand))
    return made and len(rows) == 1


def put_shelf(*, sku: str, location: str, on_hand: int) -> bool:
    """This sets what is on hand of a SKU at one location, which is made if it is new.

    Returns:
        Whether the SKU is new to the location.

    Raises:
        InvalidStock: the SKU, the location or the number cannot be.
        StockReservedAlready: more than that is kept there for orders.
    """
    _refuse_wrong_code("sku", sku)
    _refuse_wrong_code("location", location)
    with unit_of_work("inventory") as work:
        made = _make_missing_row(sku, location)
        rows = locked_stock(skus=[sku])
        shelf = next(row.shelf() for row in rows if row.location_id == location)
        _keep(work, rows, shelf.count(on_hand))
    return made


def _make_missing_row(sku: str, location: str) -> bool:
    # An empty row first, then the lock: of two first puts at once the second must find
    # what the first has put, and what was reserved of it meanwhile.
    if Stock.objects.filter(sku=sku, location=location).exists():
        return False
    Location.objects.get_or_create(code=location)
    return Stock.objects.get_or_create(sku=sku, location_id=location)[1]


def _keep(work: UnitOfWork, rows: list[Stock], shelf: Shelf) -> None:
    row = next(row for row in rows if row.location_id == shelf.location)
    row.on_hand = shelf.on_hand
    row.save(update_fields=["on_hand"])
    announce(work, [row])


def _refuse_wrong_code(field: str, text: str) -> None:
    if not is_code(text):
        raise InvalidStock(
            f"{field} is 1 to 64 letters, digits, dots, dashes and underscores, not {text!r}",
            field=field,
        )
