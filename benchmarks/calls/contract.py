"""The interface that is called: an echo of ten fields, and a question as modules ask it."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """This has the fields of `modules.payments.contracts.PaymentStatus`."""

    order_id: str
    status: str
    authorised_minor: int
    captured_minor: int
    refunded_minor: int
    currency: str


@interface("bench")
class Bench(Protocol):
    @safe
    def echo(self, value: TenFields) -> TenFields: ...

    @safe
    def status(self, *, order_id: str) -> Status: ...


class Echo:
    """This answers for `Bench`."""

    def echo(self, value: TenFields) -> TenFields:
        return value

    def status(self, *, order_id: str) -> Status:
        return STATUS


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
STATUS = Status(
    order_id=VALUE.order_id,
    status="captured",
    authorised_minor=123_450,
    captured_minor=123_450,
    refunded_minor=0,
    currency="USD",
)
