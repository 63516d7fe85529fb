"""Inventory against a model of it that fits in a head: any commands, in any order."""

import itertools
from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from modules.inventory.contracts import PickStock, ReleaseStock
from modules.inventory.contracts.commands import ExpireReservation
from modules.inventory.models import Stock
from modules.inventory.tests.orders import reserve
from modules.inventory.use_cases import (
    Outcome,
    expire_reservation,
    pick_stock,
    put_shelf,
    release_stock,
)

SKUS = ("A", "B")
_runs = itertools.count()


class InventoryModel(RuleBasedStateMachine):
    """This plays commands on inventory and on a dictionary, and compares.

    Each run has SKUs and orders of its own, so that no run need clean up after another.
    """

    order_numbers = st.integers(1, 5)

    def __init__(self) -> None:
        super().__init__()
        self.run = f"r{next(_runs)}"
        self.initial: Counter[str] = Counter()
        #: order → (state, what it has asked for)
        self.orders: dict[str, tuple[str, Counter[str]]] = {}

    @initialize(
        shelves=st.dictionaries(
            st.tuples(st.sampled_from(SKUS), st.sampled_from(("main", "attic"))),
            st.integers(0, 6),
        )
    )
    def stock_up(self, shelves: dict[tuple[str, str], int]) -> None:
        for (sku, location), on_hand in shelves.items():
            put_shelf(sku=self.sku(sku), location=location, on_hand=on_hand)
            self.initial[self.sku(sku)] += on_hand

    @rule(
        number=order_numbers,
        lines=st.dictionaries(st.sampled_from(SKUS), st.integers(1, 5), min_size=1),
    )
    def reserve(self, number: int, lines: dict[str, int]) -> None:
        wanted = Counter({self.sku(sku): quantity for sku, quantity in lines.items()})
        expected = Outcome.DUPLICATE
        if self.state(number) == "unknown":
            enough = all(wanted[sku] <= self.available(sku) for sku in wanted)
            expected = Outcome.DONE if enough else Outcome.REFUSED
            self.orders[self.order(number)] = ("reserved" if enough else "refused", wanted)
        assert reserve(self.order(number), **wanted) is expected

    @rule(number=order_numbers)
    def pick(self, number: int) -> None:
        expected = {"reserved": Outcome.DONE, "picked": Outcome.DUPLICATE}
        state = self.state(number)
        if state == "reserved":
            self.move(number, "picked")
        outcome = pick_stock(PickStock(order_id=self.order(number)))
        assert outcome is expected.get(state, Outcome.REFUSED)

    @rule(number=order_numbers)
    def release(self, number: int) -> None:
        expected = Outcome.DUPLICATE if self.state(number) == "released" else Outcome.DONE
        self.move(number, "released")
        assert release_stock(ReleaseStock(order_id=self.order(number))) is expected

    @rule(number=order_numbers)
    def expire(self, number: int) -> None:
        expected = Outcome.TOO_LATE
        if self.state(number) == "reserved":
            self.move(number, "lapsed")
            expected = Outcome.DONE
        outcome = expire_reservation(ExpireReservation(order_id=self.order(number)))
        assert outcome is expected

    @invariant()
    def every_piece_is_on_hand_or_picked(self) -> None:
        on_hand, reserved = Counter[str](), Counter[str]()
        for row in Stock.objects.filter(sku__startswith=f"{self.run}_"):
            assert 0 <= row.reserved <= row.on_hand
            on_hand[row.sku] += row.on_hand
            reserved[row.sku] += row.reserved
        for sku in map(self.sku, SKUS):
            assert on_hand[sku] + self.held(sku, "picked") == self.initial[sku]
            assert reserved[sku] == self.held(sku, "reserved")

    def sku(self, name: str) -> str:
        return f"{self.run}_{name}"

    def order(self, number: int) -> str:
        return f"{self.run}_{number}"

    def state(self, number: int) -> str:
        return self.orders.get(self.order(number), ("unknown", None))[0]

    def move(self, number: int, state: str) -> None:
        _, wanted = self.orders.get(self.order(number), ("unknown", Counter()))
        self.orders[self.order(number)] = (state, wanted)

    def held(self, sku: str, state: str) -> int:
        return sum(wanted[sku] for now, wanted in self.orders.values() if now == state)

    def available(self, sku: str) -> int:
        return self.initial[sku] - self.held(sku, "picked") - self.held(sku, "reserved")


# Finding the smallest sequence that fails takes minutes where one does.
@pytest.mark.timeout(900)
@pytest.mark.django_db
class TestInventory:
    def test_agrees_with_its_model_whatever_the_order_of_commands(self) -> None:
        run_state_machine_as_test(
            InventoryModel,
            settings=settings(
                max_examples=25,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )
