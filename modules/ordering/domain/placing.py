"""What may be asked for in an order, and how two requests are told apart.

Limits are chosen so that no total can leave 64 bits: 500 lines × 1,000,000 pieces ×
10,000,000.00 is 5 × 10¹⁷ minor units.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import fields

import msgspec

from modules.kernel.contracts import Invalid
from modules.ordering.contracts import PlacedLine, PlaceOrder, RequestedLine
from modules.shipping.contracts import Address

LINES_MAX = 500
QUANTITY_MAX = 1_000_000
UNIT_PRICE_MINOR_MAX = 1_000_000_000
TEXT_LENGTH_MAX = 200
BASKET_ID_LENGTH_MAX = 64
DISCOUNT_DECIMALS = 2

_CURRENCY = re.compile(r"[A-Z]{3}")
_MAY_BE_EMPTY = {"postal_code", "region"}


def check_request(request: PlaceOrder) -> None:
    """This refuses a request that could never become an order.

    Whether the products exist is not asked here: that is decided when prices are agreed.

    Raises:
        Invalid: naming the first thing that is wrong.
    """
    check_text("customer_id", request.customer_id)
    check_text("payment_token", request.payment_token)
    if not _CURRENCY.fullmatch(request.currency):
        raise Invalid(f"currency {request.currency!r} is not three capital letters (ISO 4217)")
    for field in fields(Address):
        value = getattr(request.ship_to, field.name)
        check_text(f"ship_to.{field.name}", value, may_be_empty=field.name in _MAY_BE_EMPTY)
    if not 1 <= len(request.lines) <= LINES_MAX:
        raise Invalid(f"an order has 1 to {LINES_MAX} lines, not {len(request.lines)}")
    for number, line in enumerate(request.lines, start=1):
        _check_line(number, line)


def check_quantity(where: str, quantity: int, *, least: int = 1) -> None:
    """This refuses a number of pieces outside its limits.

    Raises:
        Invalid: it is below `least` or above what an order may hold.
    """
    if not least <= quantity <= QUANTITY_MAX:
        raise Invalid(f"{where}: quantity is {least} to {QUANTITY_MAX:,}, not {quantity:,}")


def check_text(
    name: str, value: str, *, may_be_empty: bool = False, longest: int = TEXT_LENGTH_MAX
) -> None:
    """This refuses a text that is empty, or longer than its column.

    Raises:
        Invalid: naming it by `name`.
    """
    if not value.strip() and not may_be_empty:
        raise Invalid(f"{name} is empty")
    if len(value) > longest:
        raise Invalid(f"{name} is longer than {longest} characters")


def digest_of(request: PlaceOrder) -> str:
    """This gives the same text for the same request, however its numbers were written."""
    lines = [
        (line.sku, line.quantity, line.unit_price_minor, f"{line.discount_percent.normalize():f}")
        for line in request.lines
    ]
    canonical = (request.customer_id, request.currency, lines, request.ship_to)
    return hashlib.sha256(msgspec.json.encode((*canonical, request.payment_token))).hexdigest()


def pieces_by_sku(lines: Iterable[RequestedLine]) -> tuple[PlacedLine, ...]:
    """This gives how many pieces of each SKU are wanted, each SKU once.

    Lines of one SKU at two prices are one quantity to whoever keeps or ships the goods.
    """
    pieces: dict[str, int] = {}
    for line in lines:
        pieces[line.sku] = pieces.get(line.sku, 0) + line.quantity
    return tuple(PlacedLine(sku=sku, quantity=quantity) for sku, quantity in pieces.items())


def _check_line(number: int, line: RequestedLine) -> None:
    where = f"line {number}"
    check_text(f"{where}: sku", line.sku)
    check_quantity(where, line.quantity)
    price = line.unit_price_minor
    if price is not None and not 0 <= price <= UNIT_PRICE_MINOR_MAX:
        raise Invalid(f"{where}: unit_price_minor is 0 to {UNIT_PRICE_MINOR_MAX:,}, not {price:,}")
    discount = line.discount_percent
    if not (discount.is_finite() and 0 <= discount <= 100):
        raise Invalid(f"{where}: discount_percent is 0 to 100, not {discount}")
    if discount != round(discount, DISCOUNT_DECIMALS):
        raise Invalid(f"{where}: discount_percent has at most two decimals, not {discount}")
