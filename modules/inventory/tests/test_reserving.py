"""`reserve_stock`, `pick_stock`, `release_stock`: what comes of each, in any order."""

import pytest
from django.db import IntegrityError, transaction

from modules.inventory.contracts import (
    PickStock,
    ReleaseStock,
    ReservationLapsed,
    StockPicked,
    StockRefused,
    StockReleased,
    StockReserved,
)
from modules.inventory.contracts.commands import ExpireReservation
from modules.inventory.domain import InvalidStock
from modules.inventory.models import Stock
from modules.inventory.queries import shelves
from modules.inventory.tests.orders import reserve, stock
from modules.inventory.use_cases import (
    Outcome,
    expire_reservation,
    pick_stock,
    put_shelf,
    put_stock,
    release_stock,
)
from modules.kernel.messaging.models import Scheduled
from modules.kernel.messaging.testing import messages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def goods() -> None:
    put_stock(sku="A", on_hand=10)
    put_stock(sku="B", on_hand=2)


class TestReserveStock:
    def test_keeps_the_goods_of_all_lines(self) -> None:
        assert reserve("o-1", A=3, B=2) is Outcome.DONE

        assert messages(StockReserved) == [StockReserved(order_id="o-1")]
        assert (stock("A"), stock("B")) == ((10, 3), (2, 2))

    def test_keeps_nothing_when_one_line_is_short(self) -> None:
        assert reserve("o-1", A=3, B=5) is Outcome.REFUSED

        assert messages(StockRefused) == [
            StockRefused(
                order_id="o-1",
                code="out-of-stock",
                detail="5 of B asked for, 2 available",
                sku="B",
                requested=5,
                available=2,
            )
        ]
        assert (stock("A"), stock("B")) == ((10, 0), (2, 0))

    def test_refuses_a_sku_that_was_never_put(self) -> None:
        reserve("o-1", A=1, ghost=1)

        [refusal] = messages(StockRefused)
        assert (refusal.sku, refusal.requested, refusal.available) == ("ghost", 1, 0)

    def test_does_not_count_what_is_kept_for_others(self) -> None:
        reserve("o-1", B=1)
        reserve("o-2", B=2)

        [refusal] = messages(StockRefused)
        assert (refusal.order_id, refusal.available) == ("o-2", 1)

    def test_serves_one_line_from_several_locations(self) -> None:
        put_shelf(sku="B", location="attic", on_hand=3)

        reserve("o-1", B=4)
        pick_stock(PickStock(order_id="o-1"))

        assert {one.location: one.on_hand for one in shelves(sku="B")} == {"attic": 0, "main": 1}

    def test_stops_at_a_quantity_that_makes_no_sense(self) -> None:
        with pytest.raises(InvalidStock):
            reserve("o-1", A=0)
        assert messages(StockReserved) == []

    def test_reserves_once_however_often_it_is_asked(self) -> None:
        reserve("o-1", A=3)

        assert reserve("o-1", A=3) is Outcome.DUPLICATE

        assert messages(StockReserved) == [StockReserved(order_id="o-1")] * 2
        assert stock("A") == (10, 3)

    def test_repeats_a_refusal_even_when_there_is_stock_again(self) -> None:
        reserve("o-1", B=3)
        put_stock(sku="B", on_hand=9)

        assert reserve("o-1", B=3) is Outcome.DUPLICATE

        first, again = messages(StockRefused)
        assert first == again
        assert stock("B") == (9, 0)


class TestPickStock:
    def test_takes_what_is_kept(self) -> None:
        reserve("o-1", A=3, B=1)

        assert pick_stock(PickStock(order_id="o-1")) is Outcome.DONE

        assert messages(StockPicked) == [StockPicked(order_id="o-1")]
        assert (stock("A"), stock("B")) == ((7, 0), (1, 0))

    def test_picks_once_however_often_it_is_asked(self) -> None:
        reserve("o-1", A=3)
        pick_stock(PickStock(order_id="o-1"))

        assert pick_stock(PickStock(order_id="o-1")) is Outcome.DUPLICATE

        assert len(messages(StockPicked)) == 2
        assert stock("A") == (7, 0)

    def test_still_says_reserved_when_the_reservation_is_repeated_after_it(self) -> None:
        reserve("o-1", A=3)
        pick_stock(PickStock(order_id="o-1"))

        reserve("o-1", A=3)

        assert len(messages(StockReserved)) == 2
        assert stock("A") == (7, 0)

    def test_finds_nothing_where_nothing_was_reserved(self) -> None:
        assert pick_stock(PickStock(order_id="o-1")) is Outcome.REFUSED

        [answer] = messages(ReservationLapsed)
        assert (answer.order_id, answer.code) == ("o-1", "out-of-stock")

    def test_finds_nothing_after_a_release(self) -> None:
        reserve("o-1", A=3)
        release_stock(ReleaseStock(order_id="o-1"))

        assert pick_stock(PickStock(order_id="o-1")) is Outcome.REFUSED
        assert stock("A") == (10, 0)

    def test_calls_the_expiry_off(self) -> None:
        reserve("o-1", A=3)
        assert Scheduled.objects.count() == 1

        pick_stock(PickStock(order_id="o-1"))

        assert Scheduled.objects.count() == 0


class TestReleaseStock:
    def test_lets_go_what_is_kept(self) -> None:
        reserve("o-1", A=3, B=2)

        assert release_stock(ReleaseStock(order_id="o-1")) is Outcome.DONE

        assert messages(StockReleased) == [StockReleased(order_id="o-1")]
        assert (stock("A"), stock("B")) == ((10, 0), (2, 0))
        assert Scheduled.objects.count() == 0

    def test_puts_back_what_was_picked_where_it_came_from(self) -> None:
        put_shelf(sku="B", location="attic", on_hand=3)
        reserve("o-1", B=4)
        pick_stock(PickStock(order_id="o-1"))

        release_stock(ReleaseStock(order_id="o-1"))

        assert {one.location: one.on_hand for one in shelves(sku="B")} == {"attic": 3, "main": 2}

    @pytest.mark.parametrize("picked", [False, True])
    def test_gives_back_once_however_often_it_is_asked(self, picked: bool) -> None:
        reserve("o-1", A=3)
        if picked:
            pick_stock(PickStock(order_id="o-1"))
        release_stock(ReleaseStock(order_id="o-1"))

        assert release_stock(ReleaseStock(order_id="o-1")) is Outcome.DUPLICATE

        assert len(messages(StockReleased)) == 2
        assert stock("A") == (10, 0)

    def test_has_a_reservation_refused_that_arrives_after_it(self) -> None:
        assert release_stock(ReleaseStock(order_id="o-1")) is Outcome.DONE
        assert messages(StockReleased) == [StockReleased(order_id="o-1")]

        reserve("o-1", A=3)

        [refusal] = messages(StockRefused)
        assert (refusal.code, refusal.sku, refusal.requested) == ("out-of-stock", "A", 3)
        assert messages(StockReserved) == []
        assert stock("A") == (10, 0)

    def test_has_nothing_to_undo_of_a_refusal(self) -> None:
        reserve("o-1", B=5)

        release_stock(ReleaseStock(order_id="o-1"))

        assert messages(StockReleased) == [StockReleased(order_id="o-1")]
        assert stock("B") == (2, 0)


class TestExpireReservation:
    def test_lets_go_what_nobody_came_for(self) -> None:
        reserve("o-1", A=3)

        assert expire_reservation(ExpireReservation(order_id="o-1")) is Outcome.DONE

        assert stock("A") == (10, 0)

    def test_leaves_the_picker_with_a_lapsed_reservation(self) -> None:
        reserve("o-1", A=3)
        expire_reservation(ExpireReservation(order_id="o-1"))

        assert pick_stock(PickStock(order_id="o-1")) is Outcome.REFUSED

        assert [answer.order_id for answer in messages(ReservationLapsed)] == ["o-1"]
        assert stock("A") == (10, 0)

    def test_leaves_a_later_release_nothing_to_give_back(self) -> None:
        reserve("o-1", A=3)
        expire_reservation(ExpireReservation(order_id="o-1"))

        assert release_stock(ReleaseStock(order_id="o-1")) is Outcome.DONE
        assert stock("A") == (10, 0)

    def test_refuses_the_same_reservation_afterwards(self) -> None:
        reserve("o-1", A=3)
        expire_reservation(ExpireReservation(order_id="o-1"))

        reserve("o-1", A=3)

        assert [refusal.order_id for refusal in messages(StockRefused)] == ["o-1"]
        assert stock("A") == (10, 0)

    def test_comes_too_late_for_what_was_picked(self) -> None:
        reserve("o-1", A=3)
        pick_stock(PickStock(order_id="o-1"))

        assert expire_reservation(ExpireReservation(order_id="o-1")) is Outcome.TOO_LATE
        assert stock("A") == (7, 0)

    def test_comes_too_late_for_what_was_released_or_never_made(self) -> None:
        reserve("o-1", A=3)
        release_stock(ReleaseStock(order_id="o-1"))

        assert expire_reservation(ExpireReservation(order_id="o-1")) is Outcome.TOO_LATE
        assert expire_reservation(ExpireReservation(order_id="o-2")) is Outcome.TOO_LATE
        assert stock("A") == (10, 0)


class TestTheTableItself:
    @pytest.mark.parametrize(
        ("column", "value"), [("on_hand", -1), ("reserved", -1), ("reserved", 11), ("on_hand", 2)]
    )
    def test_refuses_what_a_wrong_writer_would_sell(self, column: str, value: int) -> None:
        reserve("o-1", A=3)
        with pytest.raises(IntegrityError), transaction.atomic():
            Stock.objects.filter(sku="A").update(**{column: value})
