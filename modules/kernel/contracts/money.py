"""Money: integer minor units and a currency, never a float."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal


class CurrencyMismatch(ValueError):
    """This says that two amounts of different currencies met in one sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """This is an amount in the minor unit of its currency.

    Attributes:
        amount_minor: cents for USD; may be negative.
        currency: ISO 4217 code in capitals.
    """

    amount_minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._refuse_another_currency(other)
        return Money(amount_minor=self.amount_minor + other.amount_minor, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._refuse_another_currency(other)
        return Money(amount_minor=self.amount_minor - other.amount_minor, currency=self.currency)

    def times(self, quantity: int, *, discount_percent: Decimal | int = 0) -> "Money":
        """This gives quantity × amount × (100 − discount) / 100, rounded half to even.

        One rounding, at the end: rounding the unit price first would lose up to half
        a minor unit for every piece.
        """
        exact = Decimal(self.amount_minor) * quantity * (100 - Decimal(discount_percent)) / 100
        return Money(
            amount_minor=int(exact.to_integral_value(rounding=ROUND_HALF_EVEN)),
            currency=self.currency,
        )

    def _refuse_another_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be added")
