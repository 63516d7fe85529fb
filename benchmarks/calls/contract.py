"""The interface that is called: one method, given and answering a dataclass of ten fields."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

from modules.kernel.contracts import interface, safe

CALLER = "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenFields:
    order_id: str
    customer_id: str
    status: str
    currency: str
    total_minor: int
    lines: int
    discount_percent: Decimal
    placed_at: datetime
    tags: tuple[str, ...]
    failure: str | None


@interface("bench")
class Bench(Protocol):
    @safe
    def echo(self, value: TenFields) -> TenFields: ...


class Echo:
    """This answers for `Bench` with what it was given."""

    def echo(self, value: TenFields) -> TenFields:
        return value


VALUE = TenFields(
    order_id="0192f0c1-2345-7abc-8def-0123456789ab",
    customer_id="ANATR",
    status="fulfilled",
    currency="USD",
    total_minor=123_450,
    lines=3,
    discount_percent=Decimal("12.50"),
    placed_at=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    tags=("first", "gift"),
    failure=None,
)
