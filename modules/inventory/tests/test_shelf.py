"""The rules of a shelf, without a database."""

import pytest

from modules.inventory.domain import (
    InvalidStock,
    Shelf,
    StockElsewhere,
    StockReservedAlready,
    is_code,
    main_shelf_for,
)


class TestShelf:
    def test_moves_pieces_from_available_to_reserved_to_gone_and_back(self) -> None:
        shelf = Shelf(sku="A", on_hand=10)

        reserved = shelf.reserve(4)
        assert (reserved.on_hand, reserved.reserved, reserved.available) == (10, 4, 6)
        assert reserved.release(4) == shelf

        picked = reserved.pick(4)
        assert (picked.on_hand, picked.reserved, picked.available) == (6, 0, 6)
        assert picked.put_back(4) == shelf

    def test_cannot_reserve_more_than_is_there(self) -> None:
        with pytest.raises(ValueError, match="11 of 10 reserved"):
            Shelf(sku="A", on_hand=10).reserve(11)

    def test_cannot_give_what_was_not_reserved(self) -> None:
        with pytest.raises(ValueError, match="-1 of 9 reserved"):
            Shelf(sku="A", on_hand=10).pick(1)

    def test_keeps_its_reservations_when_it_is_counted(self) -> None:
        assert Shelf(sku="A", on_hand=10, reserved=3).count(3).available == 0

    def test_cannot_be_counted_below_its_reservations(self) -> None:
        with pytest.raises(StockReservedAlready) as refusal:
            Shelf(sku="A", on_hand=10, reserved=3).count(2)
        assert refusal.value.facts == {"sku": "A", "on_hand": 2, "reserved": 3}

    @pytest.mark.parametrize("on_hand", [-1, 1_000_000_001])
    def test_cannot_hold_an_impossible_number(self, on_hand: int) -> None:
        with pytest.raises(InvalidStock, match="on_hand is between"):
            Shelf(sku="A").count(on_hand)


class TestMainShelf:
    def test_is_made_where_there_is_none(self) -> None:
        assert main_shelf_for("A", [], total_on_hand=7) == Shelf(sku="A", on_hand=7)

    def test_takes_up_what_the_other_locations_do_not_have(self) -> None:
        shelves = [
            Shelf(sku="A", on_hand=5, reserved=1),
            Shelf(sku="A", location="attic", on_hand=4, reserved=4),
        ]
        assert main_shelf_for("A", shelves, total_on_hand=12).on_hand == 8
        assert main_shelf_for("A", shelves, total_on_hand=5).on_hand == 1

    def test_cannot_give_what_is_at_another_location(self) -> None:
        shelves = [Shelf(sku="A", on_hand=5), Shelf(sku="A", location="attic", on_hand=4)]
        with pytest.raises(StockElsewhere) as refusal:
            main_shelf_for("A", shelves, total_on_hand=3)
        assert refusal.value.facts == {"sku": "A", "on_hand": 3, "lowest": 4}

    def test_cannot_bring_the_total_below_what_is_reserved_anywhere(self) -> None:
        shelves = [
            Shelf(sku="A", on_hand=5),
            Shelf(sku="A", location="attic", on_hand=4, reserved=4),
        ]
        with pytest.raises(StockReservedAlready) as refusal:
            main_shelf_for("A", shelves, total_on_hand=3)
        assert refusal.value.facts == {"sku": "A", "on_hand": 3, "reserved": 4}


class TestCode:
    @pytest.mark.parametrize("text", ["A", "NW-001", "main", "9" * 64])
    def test_names_a_sku_or_a_location(self, text: str) -> None:
        assert is_code(text)

    @pytest.mark.parametrize("text", ["", " A", "a/b", "-a", "A\n", "\x00", "9" * 65])
    def test_is_nothing_that_a_label_cannot_bear(self, text: str) -> None:
        assert not is_code(text)
