"""Webhooks from an order's events to a receiver: signed, in order, none lost while it is down."""

import re
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from modules.kernel import interfaces
from modules.kernel.contracts import new_id
from modules.kernel.messaging.models import SetAside
from modules.kernel.messaging.testing import drain
from modules.kernel.messaging.tests.waiting import wait_until
from modules.ordering.contracts import OrderConfirmed, OrderFailed, OrderFulfilled
from modules.partners.contracts import Partners
from modules.partners.models import Delivery, Endpoint
from modules.partners.outward import webhooks
from modules.partners.tests.receiver import Receiver, is_signed, running_receiver
from modules.partners.tests.telling import (
    ACME,
    a_moment_later,
    add,
    delivered_at_once,
    happen,
    placed,
    states,
)

pytestmark = pytest.mark.django_db(transaction=True)


class TestDelivery:
    def test_is_signed_and_tells_what_happened_and_where_to_ask(self, receiver: Receiver) -> None:
        endpoint_id, secret = add(receiver)
        order_id = str(new_id())
        happen(placed(order_id), OrderFailed(order_id=order_id, code="out-of-stock"))
        first, last = receiver.received
        assert is_signed(first.headers, first.body, secret)
        assert not is_signed(first.headers, first.body + b" ", secret)
        assert first.event["type"] == "order.placed"
        assert last.event["data"] == {
            "order_id": order_id,
            "status_url": f"/partner/v1/orders/{order_id}",
            "code": "out-of-stock",
        }
        assert states(endpoint_id) == ["delivered", "delivered"]

    def test_is_verified_by_the_library_for_standard_webhooks(self, receiver: Receiver) -> None:
        _, secret = add(receiver)
        happen(placed(str(new_id())))
        [sent] = receiver.received
        verified = Webhook(secret).verify(sent.body, sent.headers)
        assert verified["type"] == "order.placed"
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(sent.body + b" ", sent.headers)

    def test_is_verified_as_the_page_for_receivers_says(self, receiver: Receiver) -> None:
        _, secret = add(receiver)
        happen(placed(str(new_id())))
        [sent] = receiver.received
        page = Path(settings.ROOT, "docs", "front-ends.md").read_text(encoding="utf-8")
        [code] = re.findall(r"```python\n(import base64.*?)```", page, re.DOTALL)
        example: dict[str, Any] = {}
        exec(code, example)
        assert example["verified"](sent.headers, sent.body, secret)
        assert not example["verified"](sent.headers, sent.body + b" ", secret)
        late = sent.headers | {"webhook-timestamp": "1700000000"}
        assert not example["verified"](late, sent.body, secret)

    def test_is_of_the_partners_own_orders_and_the_types_it_wants(self, receiver: Receiver) -> None:
        add(receiver, "order.fulfilled")
        mine, other = str(new_id()), str(new_id())
        happen(placed(mine), placed(other, by="somebody"))
        happen(OrderFulfilled(order_id=other), OrderFulfilled(order_id=mine))
        assert [
            (one.event["type"], one.event["data"]["order_id"]) for one in receiver.received
        ] == [("order.fulfilled", mine)]

    @pytest.mark.parametrize("status", [503, 302, 400, 0])
    def test_is_made_good_in_order_once_the_receiver_is_back(
        self, receiver: Receiver, status: int
    ) -> None:
        endpoint_id, secret = add(receiver)
        orders = [str(new_id()) for _ in range(5)]
        receiver.status = status
        happen(*(placed(one) for one in orders))
        happen(*(OrderConfirmed(order_id=one) for one in orders))
        assert set(states(endpoint_id)) == {"pending"}
        a_moment_later()
        happen(*(OrderFulfilled(order_id=one) for one in orders))
        receiver.status = 204
        for _ in range(4):
            a_moment_later()
        for one in orders:
            assert receiver.types_of(one) == ["order.placed", "order.confirmed", "order.fulfilled"]
        assert all(is_signed(one.headers, one.body, secret) for one in receiver.received)
        assert set(states(endpoint_id)) == {"delivered"}
        assert not SetAside.objects.exists()

    def test_leaves_an_endpoint_alone_that_has_just_failed(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        endpoint_id, _ = add(receiver)
        # The clock stands still, however slow this machine is: the rest is not over.
        moment = timezone.now()
        monkeypatch.setattr(webhooks, "timezone", SimpleNamespace(now=lambda: moment))
        receiver.status = 503
        happen(*(placed(str(new_id())) for _ in range(10)))
        page = interfaces.get(Partners).deliveries(partner=ACME, endpoint_id=endpoint_id)
        assert sum(one.attempts for one in page.deliveries) == 1

    @pytest.mark.parametrize("status", [204, 503])
    def test_leaves_an_endpoint_alone_that_takes_its_time(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, status: int
    ) -> None:
        """All endpoints are told by the same few threads: a slow one takes the others' time."""
        endpoint_id, _ = add(receiver)
        add(receiver, "order.returned")
        moment = timezone.now()
        monkeypatch.setattr(webhooks, "timezone", SimpleNamespace(now=lambda: moment))
        ticks = count(step=3)  # Each look at the clock is three seconds after the last.
        monkeypatch.setattr(webhooks, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
        receiver.status = status
        happen(*(placed(str(new_id())) for _ in range(5)))
        found = Endpoint.objects.get(id=endpoint_id)
        # Nine parts of ten are the others', however many endpoints the partner has.
        assert found.resting_until == moment + timedelta(seconds=2 * 9 * 3)
        page = interfaces.get(Partners).deliveries(partner=ACME, endpoint_id=endpoint_id)
        assert sum(one.attempts for one in page.deliveries) == 1
        assert "after 3.0 s" in found.last_error

    def test_goes_on_for_others_while_one_endpoint_fails(self, receiver: Receiver) -> None:
        add(receiver)
        dead = interfaces.get(Partners).add_endpoint(partner=ACME, url="http://127.0.0.1:9/")
        order_id = str(new_id())
        happen(placed(order_id), OrderConfirmed(order_id=order_id))
        assert receiver.types_of(order_id) == ["order.placed", "order.confirmed"]
        assert states(dead.endpoint.endpoint_id) == ["pending", "pending"]

    def test_goes_on_for_others_while_one_endpoint_takes_its_time(self, receiver: Receiver) -> None:
        endpoint_id, _ = add(receiver)
        receiver.until = Event()
        with running_receiver() as other:
            interfaces.get(Partners).add_endpoint(partner="other", url=other.url)
            with delivered_at_once(placed(str(new_id())), placed(str(new_id()), by="other")):
                wait_until(lambda: bool(other.received), what="the other has been told", seconds=15)
                receiver.until.set()
                wait_until(lambda: states(endpoint_id) == ["delivered"], what="both have")

    def test_counts_what_fails_at_the_same_time_as_one_failure(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        endpoint_id, _ = add(receiver)
        moment = timezone.now()
        monkeypatch.setattr(webhooks, "timezone", SimpleNamespace(now=lambda: moment))
        receiver.status, receiver.until = 503, Event()
        with delivered_at_once(*(placed(str(new_id())) for _ in range(3))):
            wait_until(lambda: len(receiver.asked) == 3, what="it is asked three times at once")
            receiver.until.set()
            tried = Delivery.objects.filter(attempts=1)
            wait_until(lambda: tried.count() == 3, what="all three have been tried")
        found = Endpoint.objects.get(id=endpoint_id)
        assert (found.failures, found.resting_until) == (1, moment + timedelta(seconds=1))


class TestReplay:
    def test_sends_again_what_was_sent_with_the_ids_that_it_had(self, receiver: Receiver) -> None:
        endpoint_id, _ = add(receiver)
        order_id = str(new_id())
        happen(placed(order_id), OrderConfirmed(order_id=order_id))
        # The same millisecond as the first, though a clock that is read finer says later.
        first = Delivery.objects.order_by("created_at")[0].created_at
        began = first.replace(microsecond=first.microsecond // 1000 * 1000 + 999)
        count = interfaces.get(Partners).replay(partner=ACME, endpoint_id=endpoint_id, since=began)
        drain()
        ids = [one.headers["webhook-id"] for one in receiver.received]
        assert (count, ids[:2], len(set(ids))) == (2, ids[2:], 2)

    def test_sends_one_delivery_again(self, receiver: Receiver) -> None:
        endpoint_id, _ = add(receiver)
        order_id = str(new_id())
        happen(placed(order_id), OrderConfirmed(order_id=order_id))
        partners = interfaces.get(Partners)
        [newest, _] = partners.deliveries(partner=ACME, endpoint_id=endpoint_id).deliveries
        partners.replay(partner=ACME, endpoint_id=endpoint_id, delivery_id=newest.delivery_id)
        drain()
        assert receiver.types_of(order_id)[2:] == ["order.confirmed"]


class TestSecrets:
    def test_are_two_while_one_takes_the_others_place(self, receiver: Receiver) -> None:
        endpoint_id, old = add(receiver)
        new = interfaces.get(Partners).rotate_secret(partner=ACME, endpoint_id=endpoint_id).secret
        happen(placed(str(new_id())))
        Endpoint.objects.update(previous_until=timezone.now())
        happen(placed(str(new_id())))
        both, after = receiver.received
        assert is_signed(both.headers, both.body, old)
        assert is_signed(both.headers, both.body, new)
        assert not is_signed(after.headers, after.body, old)
        assert is_signed(after.headers, after.body, new)

    def test_are_not_readable_in_the_database(self, receiver: Receiver) -> None:
        _, secret = add(receiver)
        [stored] = Endpoint.objects.extra(select={"raw": "secret"}).values_list("raw", flat=True)
        assert secret not in stored
        assert Endpoint.objects.get().secret == secret
