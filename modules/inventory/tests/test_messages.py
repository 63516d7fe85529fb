"""Inventory at the bus: commands come in by the log, answers go out by it."""

import pytest
from django.test import override_settings

from modules.inventory.contracts import (
    PickStock,
    ReleaseStock,
    ReservationLapsed,
    StockPicked,
    StockRefused,
    StockReleased,
    StockReserved,
)
from modules.inventory.tests.orders import reservation, stock
from modules.inventory.use_cases import put_stock
from modules.kernel.messaging import unit_of_work
from modules.kernel.messaging.models import Message, SetAside
from modules.kernel.messaging.testing import deliver, drain, messages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def goods() -> None:
    put_stock(sku="A", on_hand=10)


class TestInventoryAtTheBus:
    def test_reserves_and_picks_for_an_order(self) -> None:
        deliver(reservation("o-1", A=3), source="ordering")
        deliver(PickStock(order_id="o-1"), source="ordering")

        assert messages(StockReserved) == [StockReserved(order_id="o-1")]
        assert messages(StockPicked) == [StockPicked(order_id="o-1")]
        assert stock("A") == (7, 0)

    def test_answers_the_command_it_was_sent(self) -> None:
        with unit_of_work("ordering") as work:
            request_id = work.append(reservation("o-1", A=3))
        drain()

        answer = Message.objects.get(name="inventory.stock_reserved")
        assert str(request_id) in answer.headers

    def test_refuses_a_reservation_that_its_release_has_overtaken(self) -> None:
        deliver(ReleaseStock(order_id="o-1"), source="ordering")
        deliver(reservation("o-1", A=3), source="ordering")

        assert messages(StockReleased) == [StockReleased(order_id="o-1")]
        assert [refusal.order_id for refusal in messages(StockRefused)] == ["o-1"]
        assert stock("A") == (10, 0)

    @override_settings(INVENTORY_RESERVATION_MINUTES=0)
    def test_lets_a_reservation_lapse_when_its_time_is_over(self) -> None:
        deliver(reservation("o-1", A=3), source="ordering")
        deliver(PickStock(order_id="o-1"), source="ordering")

        assert messages(StockReserved) == [StockReserved(order_id="o-1")]
        assert [answer.order_id for answer in messages(ReservationLapsed)] == ["o-1"]
        assert stock("A") == (10, 0)

    def test_keeps_a_reservation_for_its_quarter_of_an_hour(self) -> None:
        deliver(reservation("o-1", A=3), source="ordering")
        drain(until_idle=True)

        assert stock("A") == (10, 3)

    def test_serves_other_orders_while_a_senseless_one_is_set_aside(self) -> None:
        with unit_of_work("ordering") as work:
            work.append(reservation("o-1", A=-3))
            work.append(reservation("o-2", A=3))
        drain()

        assert [held.key for held in SetAside.objects.all()] == ["o-1"]
        assert messages(StockReserved) == [StockReserved(order_id="o-2")]
        assert stock("A") == (10, 3)
