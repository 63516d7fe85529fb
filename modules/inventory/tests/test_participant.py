"""Inventory as a participant of sagas."""

import pytest

from modules.inventory.contracts import (
    ReleaseStock,
    ReserveStock,
    StockLine,
    StockRefused,
    StockReleased,
    StockReserved,
)
from modules.inventory.models import Stock
from modules.inventory.use_cases import put_stock
from modules.kernel.sagas.testing import ParticipantSuite

pytestmark = pytest.mark.django_db(transaction=True)


class TestReserving(ParticipantSuite):
    asking = "ordering"
    done, refused = StockReserved, StockRefused
    undo, undone = ReleaseStock, StockReleased

    def prepare(self) -> None:
        put_stock(sku="P", on_hand=10)

    def command(self, instance_id: str) -> ReserveStock:
        return ReserveStock(order_id=instance_id, lines=(StockLine(sku="P", quantity=3),))

    def standing(self, instance_id: str) -> int:
        reserved = Stock.objects.get(sku="P").reserved
        assert reserved % 3 == 0
        return reserved // 3
