"""From which shelves an order is served, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.inventory.contracts import StockLine
from modules.inventory.domain import (
    Allocation,
    InvalidStock,
    Shelf,
    Shortage,
    allocate,
    demand_of,
)


def shelf(location: str, on_hand: int, *, sku: str = "A") -> Shelf:
    return Shelf(sku=sku, location=location, on_hand=on_hand)


def given_by(location: str, quantity: int, *, sku: str = "A") -> Allocation:
    return Allocation(sku=sku, location=location, quantity=quantity)


class TestDemand:
    def test_sums_the_lines_of_a_sku(self) -> None:
        lines = [
            StockLine(sku="B", quantity=2),
            StockLine(sku="A", quantity=1),
            StockLine(sku="B", quantity=3),
        ]
        assert list(demand_of(lines).items()) == [("B", 5), ("A", 1)]

    @pytest.mark.parametrize("quantity", [0, -1])
    def test_refuses_a_line_that_would_make_stock_out_of_nothing(self, quantity: int) -> None:
        with pytest.raises(InvalidStock, match="at least 1"):
            demand_of([StockLine(sku="A", quantity=5), StockLine(sku="A", quantity=quantity)])


class TestAllocate:
    def test_prefers_the_main_location(self) -> None:
        shelves = [shelf("attic", 9), shelf("main", 3)]
        assert allocate({"A": 3}, shelves) == (given_by("main", 3),)

    def test_prefers_one_location_that_has_all_to_several(self) -> None:
        shelves = [shelf("main", 3), shelf("attic", 2), shelf("cellar", 4)]
        assert allocate({"A": 4}, shelves) == (given_by("cellar", 4),)

    def test_takes_from_the_fullest_where_no_location_has_all(self) -> None:
        shelves = [shelf("main", 1), shelf("attic", 2), shelf("cellar", 4)]
        assert allocate({"A": 6}, shelves) == (given_by("cellar", 4), given_by("attic", 2))

    def test_names_the_first_sku_that_is_short_and_all_there_is_of_it(self) -> None:
        shelves = [shelf("main", 1), shelf("attic", 2), shelf("main", 9, sku="B")]
        decision = allocate({"B": 9, "A": 4, "C": 1}, shelves)
        assert decision == Shortage(sku="A", requested=4, available=3)

    def test_has_nothing_of_a_sku_it_does_not_know(self) -> None:
        assert allocate({"C": 1}, []) == Shortage(sku="C", requested=1, available=0)

    @given(
        stock=st.dictionaries(st.sampled_from(["main", "attic", "cellar"]), st.integers(0, 20)),
        quantity=st.integers(1, 60),
    )
    def test_serves_exactly_what_is_asked_for_or_says_why_not(
        self, stock: dict[str, int], quantity: int
    ) -> None:
        decision = allocate({"A": quantity}, [shelf(*one) for one in stock.items()])

        if isinstance(decision, Shortage):
            assert decision.available == sum(stock.values()) < quantity
        else:
            assert sum(one.quantity for one in decision) == quantity
            assert all(0 < one.quantity <= stock[one.location] for one in decision)
            assert len({one.location for one in decision}) == len(decision)
