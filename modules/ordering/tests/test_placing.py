"""What may be asked for, and when two requests are one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from modules.kernel.contracts import Invalid
from modules.ordering.contracts import PlacedLine, RequestedLine
from modules.ordering.domain.placing import check_request, digest_of, pieces_by_sku
from modules.ordering.tests.orders import ADDRESS, a_line, a_request


class TestCheckRequest:
    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            (a_line(quantity=0), "line 1: quantity is 1 to 1,000,000, not 0"),
            (a_line(quantity=-1), "not -1"),
            (a_line(quantity=1_000_001), "not 1,000,001"),
            (a_line(sku=" "), "line 1: sku is empty"),
            (a_line(unit_price_minor=-1), "unit_price_minor is 0 to 1,000,000,000, not -1"),
            (a_line(unit_price_minor=1_000_000_001), "not 1,000,000,001"),
            (a_line(discount_percent=Decimal("-0.01")), "discount_percent is 0 to 100"),
            (a_line(discount_percent=Decimal("100.01")), "discount_percent is 0 to 100"),
            (a_line(discount_percent=Decimal("NaN")), "discount_percent is 0 to 100"),
            (a_line(discount_percent=Decimal("0.001")), "at most two decimals"),
        ],
    )
    def test_refuses_a_line_that_no_order_can_have(
        self, line: RequestedLine, complaint: str
    ) -> None:
        with pytest.raises(Invalid, match=complaint):
            check_request(a_request(line))

    def test_refuses_an_order_of_nothing(self) -> None:
        with pytest.raises(Invalid, match="1 to 500 lines, not 0"):
            check_request(replace(a_request(), lines=()))

    def test_refuses_more_lines_than_a_total_can_hold(self) -> None:
        with pytest.raises(Invalid, match="not 501"):
            check_request(a_request(*[a_line()] * 501))

    @pytest.mark.parametrize("currency", ["usd", "US", "USDX", "US1", "", "USD\n"])
    def test_refuses_what_is_no_currency_code(self, currency: str) -> None:
        with pytest.raises(Invalid, match="three capital letters"):
            check_request(a_request(currency=currency))

    @pytest.mark.parametrize("part", ["name", "line1", "city", "country"])
    def test_refuses_an_address_without_a_part_it_needs(self, part: str) -> None:
        with pytest.raises(Invalid, match=f"ship_to.{part} is empty"):
            check_request(replace(a_request(), ship_to=replace(ADDRESS, **{part: ""})))

    def test_takes_an_address_without_postal_code_and_region(self) -> None:
        assert (ADDRESS.postal_code, ADDRESS.region) == ("", "")
        check_request(a_request())

    def test_refuses_a_text_too_long_for_its_column(self) -> None:
        with pytest.raises(Invalid, match="customer_id is longer than 200"):
            check_request(a_request(customer_id="x" * 201))


class TestDigestOf:
    def test_is_the_same_however_the_discount_is_written(self) -> None:
        written = [Decimal("10"), Decimal("10.00"), Decimal("1E+1")]
        assert len({digest_of(a_request(a_line(discount_percent=d))) for d in written}) == 1

    @pytest.mark.parametrize(
        "other",
        [
            a_request(a_line(quantity=3)),
            a_request(a_line(unit_price_minor=0)),
            a_request(a_line(discount_percent=Decimal(1))),
            a_request(a_line(), a_line()),
            a_request(customer_id="ALFKI"),
            a_request(currency="EUR"),
            replace(a_request(), payment_token="tok_declined"),
            replace(a_request(), ship_to=replace(ADDRESS, postal_code="05021")),
        ],
    )
    def test_differs_where_anything_differs(self, other: object) -> None:
        assert digest_of(a_request()) != digest_of(other)  # type: ignore[arg-type]  # a PlaceOrder


class TestPiecesBySku:
    def test_adds_up_the_lines_of_one_sku(self) -> None:
        lines = [a_line("B", 1), a_line("A", 2, unit_price_minor=5), a_line("A", 3)]
        assert pieces_by_sku(lines) == (
            PlacedLine(sku="B", quantity=1),
            PlacedLine(sku="A", quantity=5),
        )
