"""The questions payments answers."""

from dataclasses import dataclass
from typing import Protocol

from modules.kernel.contracts import interface, safe


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStatus:
    """This is where the payment for an order stands.

    Attributes:
        status: none, authorised, captured, voided, refunded, declined or in_doubt.
    """

    order_id: str
    status: str
    authorised_minor: int
    captured_minor: int
    refunded_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Takings:
    """This is the sum over all payments in one currency: what came in and what went back."""

    currency: str
    captured_minor: int
    refunded_minor: int
    in_doubt: int


@interface("payments")
class Payments(Protocol):
    """Questions about money."""

    @safe
    def status(self, *, order_id: str) -> PaymentStatus:
        """This gives the status of an order's payment; `none` where there is no payment."""

    @safe
    def takings(self) -> tuple[Takings, ...]:
        """This gives the sums over all payments, a row for each currency."""
