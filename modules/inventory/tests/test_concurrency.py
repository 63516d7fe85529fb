"""Many at once: stock never goes below zero, and nobody waits for ever (P9).

Threads with connections of their own, on SQLite and on PostgreSQL alike.
"""

import itertools
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connections

from modules.inventory.contracts import PickStock, ReleaseStock, StockRefused, StockReserved
from modules.inventory.tests.orders import reserve, stock
from modules.inventory.use_cases import Outcome, pick_stock, put_stock, release_stock
from modules.kernel.messaging.testing import messages

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE_SECONDS = 60.0


def all_at_once(actions: Iterable[Callable[[], Outcome]]) -> list[Outcome]:
    """This runs the actions in 12 threads and gives their outcomes; an error is raised here."""

    def run(action: Callable[[], Outcome]) -> Outcome:
        try:
            return action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=12) as customers:
        return list(customers.map(run, actions, timeout=DEADLINE_SECONDS))


class TestManyCustomersAtOnce:
    def test_get_exactly_the_last_ten_pieces(self) -> None:
        put_stock(sku="A", on_hand=10)

        outcomes = all_at_once(partial(reserve, f"o-{n}", A=1) for n in range(50))

        assert (outcomes.count(Outcome.DONE), outcomes.count(Outcome.REFUSED)) == (10, 40)
        assert (len(messages(StockReserved)), len(messages(StockRefused))) == (10, 40)
        assert stock("A") == (10, 10)

    def test_do_not_block_each_other_with_the_same_skus_in_opposite_orders(self) -> None:
        for sku in "ABC":
            put_stock(sku=sku, on_hand=100)
        orders = itertools.cycle(itertools.permutations("ABC"))

        outcomes = all_at_once(
            partial(reserve, f"o-{n}", **dict.fromkeys(next(orders), 1)) for n in range(60)
        )

        assert set(outcomes) == {Outcome.DONE}
        assert [stock(sku) for sku in "ABC"] == [(100, 60)] * 3

    def test_leave_every_piece_accounted_for_when_some_pick_and_some_give_back(self) -> None:
        put_stock(sku="A", on_hand=20)
        put_stock(sku="B", on_hand=20)

        def shop(n: int) -> Outcome:
            order_id = f"o-{n}"
            outcome = reserve(order_id, **({"A": 1, "B": 2} if n % 2 else {"B": 2, "A": 1}))
            if outcome is Outcome.DONE:
                pick_stock(PickStock(order_id=order_id))
                if n % 3 == 0:
                    release_stock(ReleaseStock(order_id=order_id))
            return outcome

        outcomes = all_at_once(partial(shop, n) for n in range(45))

        bought = sum(done is Outcome.DONE and n % 3 != 0 for n, done in enumerate(outcomes))
        assert 0 < bought <= 10
        assert stock("A") == (20 - bought, 0)
        assert stock("B") == (20 - 2 * bought, 0)

    def test_are_served_what_one_of_two_first_deliveries_brought(self) -> None:
        def put() -> Outcome:
            put_stock(sku="A", on_hand=5)
            return Outcome.DONE

        all_at_once([put] * 8)

        assert stock("A") == (5, 0)
