"""Inventory's published interface, asked as another module asks it."""

import pytest

from modules.inventory.contracts import Inventory, StockLevel, UnknownSku
from modules.inventory.tests.orders import reserve
from modules.inventory.use_cases import put_shelf, put_stock
from modules.kernel import interfaces

pytestmark = pytest.mark.django_db


@pytest.fixture
def inventory() -> Inventory:
    put_stock(sku="B", on_hand=2)
    put_stock(sku="A", on_hand=10)
    put_shelf(sku="A", location="attic", on_hand=5)
    reserve("o-1", A=12)
    return interfaces.get(Inventory)


A = StockLevel(sku="A", on_hand=15, reserved=12, available=3)
B = StockLevel(sku="B", on_hand=2, reserved=0, available=2)


class TestInventory:
    def test_gives_the_level_over_all_locations(self, inventory: Inventory) -> None:
        assert inventory.level(sku="A") == A

    def test_says_that_a_sku_is_unknown(self, inventory: Inventory) -> None:
        with pytest.raises(UnknownSku) as unknown:
            inventory.level(sku="none")
        assert unknown.value.facts == {"sku": "none"}

    def test_gives_the_levels_of_all_skus_in_order(self, inventory: Inventory) -> None:
        assert inventory.levels() == (A, B)

    def test_leaves_out_the_skus_it_does_not_know(self, inventory: Inventory) -> None:
        assert inventory.levels(skus=("none", "B")) == (B,)
