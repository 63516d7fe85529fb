"""`put_stock` and `put_shelf`: setting what there is."""

import pytest

from modules.inventory.domain import InvalidStock, StockElsewhere, StockReservedAlready
from modules.inventory.queries import shelves
from modules.inventory.tests.orders import reserve, stock
from modules.inventory.use_cases import put_shelf, put_stock

pytestmark = pytest.mark.django_db


def on_hand_by_location(sku: str) -> dict[str, int]:
    return {shelf.location: shelf.on_hand for shelf in shelves(sku=sku)}


class TestPutStock:
    def test_makes_a_sku_known_at_the_main_location(self) -> None:
        assert put_stock(sku="A", on_hand=10) is True
        assert on_hand_by_location("A") == {"main": 10}

    def test_replaces_what_was_on_hand_and_keeps_what_is_reserved(self) -> None:
        put_stock(sku="A", on_hand=10)
        reserve("o-1", A=4)

        assert put_stock(sku="A", on_hand=6) is False
        assert stock("A") == (6, 4)

    def test_leaves_everything_as_it_was_when_more_is_reserved(self) -> None:
        put_stock(sku="A", on_hand=10)
        reserve("o-1", A=4)

        with pytest.raises(StockReservedAlready):
            put_stock(sku="A", on_hand=3)
        assert stock("A") == (10, 4)

    def test_sets_the_total_and_leaves_other_locations_as_counted(self) -> None:
        put_stock(sku="A", on_hand=10)
        put_shelf(sku="A", location="attic", on_hand=5)
        assert stock("A") == (15, 0)

        put_stock(sku="A", on_hand=8)
        assert on_hand_by_location("A") == {"attic": 5, "main": 3}

    def test_takes_nothing_from_other_locations(self) -> None:
        put_shelf(sku="A", location="attic", on_hand=5)

        with pytest.raises(StockElsewhere):
            put_stock(sku="A", on_hand=4)
        assert on_hand_by_location("A") == {"attic": 5}

    @pytest.mark.parametrize(("sku", "on_hand"), [("no sku", 1), ("", 1), ("A", -1)])
    def test_refuses_what_cannot_be(self, sku: str, on_hand: int) -> None:
        with pytest.raises(InvalidStock):
            put_stock(sku=sku, on_hand=on_hand)


class TestPutShelf:
    def test_makes_the_location_when_it_is_new(self) -> None:
        assert put_shelf(sku="A", location="attic", on_hand=5) is True
        assert put_shelf(sku="A", location="attic", on_hand=6) is False
        assert on_hand_by_location("A") == {"attic": 6}

    def test_looks_at_the_reservations_of_that_location_only(self) -> None:
        put_stock(sku="A", on_hand=10)
        put_shelf(sku="A", location="attic", on_hand=5)
        reserve("o-1", A=10)

        put_shelf(sku="A", location="attic", on_hand=0)
        with pytest.raises(StockReservedAlready):
            put_shelf(sku="A", location="main", on_hand=9)

    def test_refuses_a_location_that_cannot_be_named(self) -> None:
        with pytest.raises(InvalidStock):
            put_shelf(sku="A", location="under the stairs", on_hand=5)
