"""A return: shipping → inventory → payments → ordering, each on the news of the one before."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from modules.inventory import use_cases as inventory
from modules.inventory.domain import ReservationState
from modules.inventory.models import Reservation
from modules.kernel import interfaces
from modules.kernel.sagas.exploring import UNORDERED, Explorer, Violation
from modules.payments import domain
from modules.payments.contracts import Payments
from modules.payments.domain import payment as payments
from tests.journeys.conftest import PRICE_MINOR, Shop

_numbers = itertools.count(1)

ON_HAND = 5
PIECES = 2

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass
class OneReturn:
    """This is one delivered order for a product of its own, sent back as a whole."""

    shop: Shop
    messages = dict.fromkeys(
        (
            "shipping.shipment_returned",
            "inventory.stock_returned",
            "payments.payment_refunded",
            "ordering.order_returned",
        ),
        UNORDERED,
    )
    sku: str = field(default="", init=False)
    order_id: str = field(default="", init=False)

    def prepare(self) -> None:
        self.sku = f"RT-{next(_numbers):05d}"
        self.shop.sell(self.sku, on_hand=ON_HAND)
        self.order_id = self.shop.place({self.sku: PIECES})
        self.shop.deliver()
        assert self.shop.order(self.order_id)["status"] == "fulfilled"

    def begin(self) -> str:
        assert self.shop.send_back(self.order_id) == 200
        return self.order_id

    def check(self, instance_id: str) -> None:
        order = self.shop.order(instance_id)
        assert order["status"] == "returned", f"the order is {order['status']}"
        payment = interfaces.get(Payments).status(order_id=instance_id)
        paid_minor, refunded_minor = payment.captured_minor, payment.refunded_minor
        assert (paid_minor, refunded_minor) == (PIECES * PRICE_MINOR,) * 2, "money is conserved"
        assert self.shop.on_hand(self.sku) == ON_HAND, "stock is conserved"
        assert order["payment"]["refunded_minor"] == refunded_minor, "ordering has heard of it once"


class TestReturn:
    def test_brings_goods_and_money_back_whatever_happens(
        self, shop: Shop, saga_explorer: Explorer
    ) -> None:
        report = saga_explorer.explore(OneReturn(shop))
        sys.stderr.write(f"no violation in {report}\n")

    def test_is_refused_while_the_goods_have_not_left(self, shop: Shop) -> None:
        shop.sell("RT-EARLY", on_hand=1)
        order_id = shop.place({"RT-EARLY": 1})
        assert shop.send_back(order_id) == 404
        shop.deliver()
        assert shop.send_back(order_id) == 200

    def test_made_twice_is_one(self, shop: Shop) -> None:
        one_return = OneReturn(shop)
        one_return.prepare()
        one_return.begin()
        one_return.begin()
        shop.deliver()
        one_return.begin()
        shop.deliver()
        one_return.check(one_return.order_id)
        shop.audit()

    def test_gives_back_what_an_earlier_refund_has_left(self, shop: Shop) -> None:
        payment = domain.Payment(
            order_id="o", state=domain.State.CAPTURED, amount_minor=500, captured_minor=500
        )
        (earlier,) = payment.refund(refund_id="late-delivery", amount_minor=200)
        assert payment.give_all_back(refund_id="return") == []
        assert isinstance(earlier, domain.Call)
        _, call = payment.record(earlier.operation, domain.provider.Refunded(amount_minor=200))
        assert isinstance(call, domain.Call)
        assert call.amount_minor == 300


def puts_back_at_each_hearing(patch: pytest.MonkeyPatch) -> None:
    take_back = inventory.take_back_stock

    def take_back_anyway(*, order_id: str) -> inventory.Outcome:
        returned = Reservation.objects.filter(order_id=order_id, state=ReservationState.RETURNED)
        returned.update(state=ReservationState.PICKED)
        return take_back(order_id=order_id)

    patch.setattr(inventory, "take_back_stock", take_back_anyway)


def gives_back_at_each_hearing(patch: pytest.MonkeyPatch) -> None:
    begin = domain.Payment._begin_refund_all

    def refund_all(self: domain.Payment, request: domain.Request) -> domain.Answer | domain.Call:
        if request.refund_id in self.refunds:
            self.captured_minor += self.refunds[request.refund_id]
        return begin(self, request)

    patch.setitem(payments._BEGIN, domain.Kind.REFUND_ALL, refund_all)


@pytest.mark.one_process
@pytest.mark.parametrize("plant", [puts_back_at_each_hearing, gives_back_at_each_hearing])
def test_the_explorer_finds_a_system_that(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, plant: Plant
) -> None:
    plant(monkeypatch)
    explorer = Explorer(seed=1, schedules=100, all_single=True)
    with pytest.raises(Violation) as found:
        explorer.explore(OneReturn(shop))
    assert len(found.value.schedule.faults) <= 1, "told with the one fault that it takes"
