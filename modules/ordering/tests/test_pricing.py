"""What lines cost: the arithmetic by properties, the choice of the price by example."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.catalog.contracts import UnknownProduct
from modules.ordering.domain.pricing import ListPrice, WantedLine, line_total, price_lines

prices = st.integers(min_value=0, max_value=1_000_000_000)
quantities = st.integers(min_value=1, max_value=1_000_000)
discounts = st.decimals(min_value=0, max_value=100, places=2)

CHAI = ListPrice(name="Chai", unit_price_minor=1800, currency="USD")


def a_line(
    sku: str = "NW-001",
    *,
    unit_price_minor: int | None = None,
    discount_percent: Decimal = Decimal(0),
) -> WantedLine:
    return WantedLine(
        sku=sku,
        quantity=3,
        unit_price_minor=unit_price_minor,
        discount_percent=discount_percent,
    )


class TestLineTotal:
    @given(prices, quantities, discounts)
    def test_is_the_nearest_minor_unit_to_the_exact_value(
        self, price: int, quantity: int, discount: Decimal
    ) -> None:
        exact = Fraction(price) * quantity * (100 - Fraction(discount)) / 100
        total = line_total(unit_price_minor=price, quantity=quantity, discount_percent=discount)
        assert total == round(exact)  # a Fraction is rounded half to even

    @given(prices, quantities)
    def test_is_the_plain_product_without_a_discount(self, price: int, quantity: int) -> None:
        assert line_total(unit_price_minor=price, quantity=quantity) == price * quantity

    @given(prices, quantities)
    def test_is_nothing_at_a_full_discount(self, price: int, quantity: int) -> None:
        assert line_total(unit_price_minor=price, quantity=quantity, discount_percent=100) == 0

    @pytest.mark.parametrize(
        ("unit_price_minor", "quantity", "discount_percent", "total_minor"),
        [(1400, 12, 0, 16800), (1, 1, 50, 0), (3, 1, 50, 2), (5, 1, 50, 2), (7, 1, 50, 4)],
    )
    def test_rounds_half_to_even(
        self, unit_price_minor: int, quantity: int, discount_percent: int, total_minor: int
    ) -> None:
        assert total_minor == line_total(
            unit_price_minor=unit_price_minor,
            quantity=quantity,
            discount_percent=discount_percent,
        )


class TestPriceLines:
    def test_takes_the_catalogues_price_where_none_is_agreed(self) -> None:
        (priced,) = price_lines([a_line()], currency="USD", price_list={"NW-001": CHAI})
        assert (priced.name, priced.unit_price_minor, priced.total_minor) == ("Chai", 1800, 5400)

    def test_lets_an_agreed_price_stand(self) -> None:
        line = a_line(unit_price_minor=1440, discount_percent=Decimal("25.00"))
        (priced,) = price_lines([line], currency="USD", price_list={"NW-001": CHAI})
        assert (priced.unit_price_minor, priced.total_minor) == (1440, 3240)

    def test_lets_a_price_agreed_in_another_currency_than_the_catalogues_stand(self) -> None:
        line = a_line(unit_price_minor=1700)
        (priced,) = price_lines([line], currency="EUR", price_list={"NW-001": CHAI})
        assert priced.unit_price_minor == 1700

    def test_refuses_a_product_that_was_never_announced_even_at_an_agreed_price(self) -> None:
        with pytest.raises(UnknownProduct, match="no product NW-999 has been announced"):
            price_lines(
                [a_line("NW-999", unit_price_minor=5)],
                currency="USD",
                price_list={"NW-001": CHAI},
            )

    def test_refuses_a_product_without_a_price_in_the_currency(self) -> None:
        with pytest.raises(UnknownProduct, match="sold in USD and has no price in EUR"):
            price_lines([a_line()], currency="EUR", price_list={"NW-001": CHAI})
