"""Requests, orders and products that the tests of ordering speak of."""

from datetime import UTC, datetime
from decimal import Decimal

from modules.catalog.contracts import ProductChanged
from modules.ordering.contracts import OrderSummary, PlaceOrder, RequestedLine
from modules.ordering.use_cases import note_product, place_order
from modules.shipping.contracts import Address

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

ADDRESS = Address(
    name="Ana Trujillo", line1="Avda. de la Constitución 2222", city="México", country="Mexico"
)


def a_line(
    sku: str = "NW-001",
    quantity: int = 2,
    *,
    unit_price_minor: int | None = None,
    discount_percent: Decimal = Decimal(0),
) -> RequestedLine:
    return RequestedLine(
        sku=sku,
        quantity=quantity,
        unit_price_minor=unit_price_minor,
        discount_percent=discount_percent,
    )


def a_request(
    *lines: RequestedLine, customer_id: str = "ANATR", currency: str = "USD"
) -> PlaceOrder:
    return PlaceOrder(
        customer_id=customer_id,
        currency=currency,
        lines=lines or (a_line(),),
        ship_to=ADDRESS,
        payment_token="tok_ok",
    )


def place(request: PlaceOrder, key: str = "key-1") -> OrderSummary:
    return place_order(request, idempotency_key=key, now=NOW)


def announce(
    sku: str = "NW-001",
    *,
    name: str = "Chai",
    unit_price_minor: int = 1800,
    currency: str = "USD",
    revision: int = 1,
) -> None:
    note_product(
        ProductChanged(
            sku=sku,
            name=name,
            category="Beverages",
            unit_price_minor=unit_price_minor,
            currency=currency,
            revision=revision,
        )
    )
