"""The checkout under every kill, duplicate, delay and overtaking, at every boundary."""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass, field

import pytest

from modules.kernel import interfaces
from modules.kernel.sagas.exploring import Explorer, check_end, messages_of
from modules.ordering.sagas import Checkout
from modules.payments.contracts import Payments
from modules.shipping.contracts import Shipping, UnknownShipment
from tests.journeys.conftest import PRICE_MINOR, Shop

_numbers = itertools.count(1)

ON_HAND = 5


@dataclass
class OneOrder:
    """This is one order for a product of its own.

    Attributes:
        may_end: the statuses that the order may end in, whatever happens to its messages.
    """

    shop: Shop
    may_end: set[str]
    pieces: int = 2
    token: str = "tok_ok"
    postal_code: str = "05021"
    cancelled: bool = False
    messages = messages_of(Checkout.definition)
    sku: str = field(default="", init=False)

    def prepare(self) -> None:
        self.sku = f"EX-{next(_numbers):05d}"
        self.shop.sell(self.sku, on_hand=ON_HAND)

    def begin(self) -> str:
        order_id = self.shop.place(
            {self.sku: self.pieces}, token=self.token, postal_code=self.postal_code
        )
        if self.cancelled:
            self.shop.cancel(order_id)
        return order_id

    def check(self, instance_id: str) -> None:
        check_end(Checkout.definition, instance_id)
        order = self.shop.order(instance_id)
        assert order["status"] in self.may_end, f"the order is {order['status']}"
        fulfilled = order["status"] == "fulfilled"
        payment = interfaces.get(Payments).status(order_id=instance_id)
        kept_minor = payment.captured_minor - payment.refunded_minor
        assert kept_minor == (self.pieces * PRICE_MINOR if fulfilled else 0), "money is conserved"
        assert payment.status != "authorised", "no money stays set aside"
        level = self.shop.level(self.sku)
        assert level.on_hand == ON_HAND - (self.pieces if fulfilled else 0), "stock is conserved"
        assert level.reserved == 0, "nothing stays reserved"
        assert self._is_sent(instance_id) == fulfilled, "what is paid is sent, and nothing else"

    def _is_sent(self, order_id: str) -> bool:
        # Asked of shipping itself: ordering's copy may count on the order of its news.
        try:
            return interfaces.get(Shipping).shipment(order_id=order_id).status != "cancelled"
        except UnknownShipment:
            return False


class TestCheckout:
    @pytest.mark.parametrize(
        ("token", "pieces", "postal_code", "cancelled", "may_end"),
        [
            pytest.param("tok_ok", 2, "05021", False, {"fulfilled", "failed"}, id="fulfilled"),
            pytest.param("tok_declined", 2, "05021", False, {"failed"}, id="declined"),
            pytest.param("tok_ok", 6, "05021", False, {"failed"}, id="out-of-stock"),
            pytest.param("tok_ok", 2, "00000", False, {"failed"}, id="undeliverable"),
            pytest.param("tok_timeout", 2, "05021", False, {"failed"}, id="silent-provider"),
            pytest.param(
                "tok_ok", 2, "05021", True, {"cancelled", "fulfilled", "failed"}, id="cancelled"
            ),
        ],
    )
    def test_keeps_money_and_stock_and_ends_whatever_happens(
        self,
        shop: Shop,
        saga_explorer: Explorer,
        token: str,
        pieces: int,
        postal_code: str,
        cancelled: bool,
        may_end: set[str],
    ) -> None:
        scenario = OneOrder(
            shop,
            token=token,
            pieces=pieces,
            postal_code=postal_code,
            cancelled=cancelled,
            may_end=may_end,
        )
        report = saga_explorer.explore(scenario)
        sys.stderr.write(f"no violation in {report}\n")
