"""Orders in bulk: each is placed or refused by itself, once, and its address forgotten."""

from typing import Any

import pytest

from modules.kernel import interfaces
from modules.kernel.contracts import Invalid, Unavailable
from modules.kernel.messaging.models import SetAside
from modules.kernel.messaging.testing import drain
from modules.ordering.contracts import Ordering, RequestedLine
from modules.partners.contracts import ImportReused, OrderImport, Partners, RequestedOrder
from modules.partners.models import ImportLine
from modules.shipping.contracts import Address

pytestmark = pytest.mark.django_db(transaction=True)


def order(reference: str, *, quantity: int = 1) -> RequestedOrder:
    return RequestedOrder(
        reference=reference,
        currency="USD",
        lines=(RequestedLine(sku="NW-001", quantity=quantity),),
        ship_to=Address(name="Maria", line1="Obere Str. 57", city="Berlin", country="Germany"),
        payment_token="tok_ok",
    )


def take_in(*orders: RequestedOrder, key: str = "k") -> OrderImport:
    return interfaces.get(Partners).import_orders(
        partner="acme", orders=orders, idempotency_key=key
    )


def now(taken: OrderImport) -> OrderImport:
    return interfaces.get(Partners).order_import(partner="acme", import_id=taken.import_id)


class TestImport:
    def test_places_what_can_be_placed_and_says_why_not_of_the_rest(self) -> None:
        taken = take_in(order("a"), order("b", quantity=0), order("c"))
        assert [line.state for line in taken.lines] == ["pending"] * 3
        drain()
        done = now(taken)
        assert (done.state, [line.state for line in done.lines]) == (
            "done",
            ["placed", "refused", "placed"],
        )
        assert done.lines[1].code == "invalid-request"
        found = interfaces.get(Ordering).order(order_id=done.lines[0].order_id)
        assert found.customer_id == "acme"
        assert len(interfaces.get(Ordering).orders(customer_id="acme").orders) == 2

    def test_forgets_the_address_once_a_line_is_answered(self) -> None:
        take_in(order("a"))
        assert "Obere" in ImportLine.objects.get().order
        drain()
        assert ImportLine.objects.get().order == ""

    def test_is_the_same_for_the_same_key(self) -> None:
        first = take_in(order("a"))
        assert take_in(order("a")).import_id == first.import_id
        with pytest.raises(ImportReused):
            take_in(order("b"))
        drain()
        assert len(interfaces.get(Ordering).orders(customer_id="acme").orders) == 1

    def test_waits_while_ordering_is_away_and_places_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ordering = interfaces.get(Ordering)
        with monkeypatch.context() as patched:

            def placed_and_lost(*args: Any, **named: Any) -> None:
                type(ordering).place_order(ordering, *args, **named)
                raise Unavailable("the answer was lost")

            patched.setattr(ordering, "place_order", placed_and_lost)
            taken = take_in(order("a"))
            drain()
        assert now(taken).state == "pending"
        SetAside.objects.update(due_at="2000-01-01T00:00:00Z")
        drain()
        assert now(taken).lines[0].state == "placed"
        assert len(ordering.orders(customer_id="acme").orders) == 1

    def test_refuses_a_reference_that_stands_twice(self) -> None:
        with pytest.raises(Invalid, match="'a' stands in 2 orders"):
            take_in(order("a"), order("a"))
