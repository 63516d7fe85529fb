"""Webhooks from an order's events to a receiver: signed, in order, none lost while it is down."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from modules.kernel import interfaces
from modules.kernel.contracts import new_id
from modules.kernel.messaging import unit_of_work
from modules.kernel.messaging.drivers.delivering import message_threads
from modules.kernel.messaging.models import SetAside
from modules.kernel.messaging.testing import drain
from modules.kernel.messaging.tests.waiting import wait_until
from modules.ordering.contracts import OrderConfirmed, OrderFailed, OrderFulfilled, OrderPlaced
from modules.partners.contracts import BadEndpoint, Partners, UnknownEndpoint
from modules.partners.models import Delivery, Endpoint
from modules.partners.outward import webhooks
from modules.partners.tests.receiver import Receiver, is_signed, running_receiver
from modules.shipping.contracts import Address

pytestmark = pytest.mark.django_db(transaction=True)

ACME = "acme"


def placed(order_id: str, *, by: str = ACME) -> OrderPlaced:
    return OrderPlaced(
        order_id=order_id,
        customer_id=by,
        currency="USD",
        lines=(),
        ship_to=Address(name="A", line1="B", city="C", country="D"),
        payment_token="tok_ok",
    )


def happen(*events: object) -> None:
    """These events of ordering are in the log, and whoever is there has heard of them."""
    with unit_of_work("ordering") as work:
        work.append_all(events)
    drain()


@contextmanager
def delivered_at_once(*events: object) -> Iterator[None]:
    """These events have happened, and a process delivers what comes of them."""
    with unit_of_work("ordering") as work:
        work.append_all(events)
    threads = message_threads(["partners"])
    threads.start()
    try:
        yield
    finally:
        threads.stop()


def a_moment_later() -> None:
    """What rests and what is to be tried again is due, and delivered."""
    Endpoint.objects.update(resting_until=None)
    SetAside.objects.filter(state="retrying").update(due_at="2000-01-01T00:00:00Z")
    drain()


def add(receiver: Receiver, *event_types: str) -> tuple[str, str]:
    made = interfaces.get(Partners).add_endpoint(
        partner=ACME, url=receiver.url, event_types=event_types
    )
    return made.endpoint.endpoint_id, made.secret


def states(endpoint_id: str) -> list[str]:
    page = interfaces.get(Partners).deliveries(partner=ACME, endpoint_id=endpoint_id)
    return [one.state for one in reversed(page.deliveries)]


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


class TestDisabling:
    def test_comes_after_days_without_an_answer_and_is_seen(self, receiver: Receiver) -> None:
        endpoint_id, _ = add(receiver)
        receiver.status = 500
        happen(placed(str(new_id())))
        days = timedelta(days=settings.PARTNERS_WEBHOOKS_DISABLED_AFTER_DAYS)
        Endpoint.objects.update(failing_since=F("failing_since") - days)
        a_moment_later()
        found = interfaces.get(Partners).endpoint(partner=ACME, endpoint_id=endpoint_id)
        assert found.state == "disabled"
        assert "every attempt has failed since" in found.reason
        assert found.last_error == "it answered 500"
        assert states(endpoint_id) == ["held"]
        assert not SetAside.objects.exists()

    def test_comes_at_once_where_the_receiver_is_gone(self, receiver: Receiver) -> None:
        endpoint_id, _ = add(receiver)
        receiver.status = 410
        happen(placed(str(new_id())))
        assert states(endpoint_id) == ["held"]

    def test_is_of_one_order_where_the_others_are_taken(self, receiver: Receiver) -> None:
        endpoint_id, _ = add(receiver)
        order_id = str(new_id())
        receiver.status = 400
        happen(placed(order_id), OrderConfirmed(order_id=order_id))
        days = timedelta(days=settings.PARTNERS_WEBHOOKS_DISABLED_AFTER_DAYS)
        Delivery.objects.update(failing_since=F("failing_since") - days)
        Endpoint.objects.update(failing_since=None)  # It has taken what is of other orders.
        a_moment_later()
        assert states(endpoint_id) == ["held", "held"]
        assert not SetAside.objects.exists()
        receiver.status = 204
        happen(OrderFulfilled(order_id=order_id), placed(str(new_id())))
        a_moment_later()
        assert states(endpoint_id) == ["held", "held", "held", "delivered"]
        assert interfaces.get(Partners).replay(partner=ACME, endpoint_id=endpoint_id) == 3
        drain()
        assert receiver.types_of(order_id) == [
            "order.placed",
            "order.confirmed",
            "order.fulfilled",
        ]

    def test_leaves_what_comes_afterwards_behind_what_is_held(self, receiver: Receiver) -> None:
        endpoint_id, _ = add(receiver)
        partners = interfaces.get(Partners)
        partners.change_endpoint(partner=ACME, endpoint_id=endpoint_id, enabled=False)
        order_id = str(new_id())
        happen(placed(order_id))
        partners.change_endpoint(partner=ACME, endpoint_id=endpoint_id, enabled=True)
        happen(OrderConfirmed(order_id=order_id))
        assert receiver.received == []
        assert partners.replay(partner=ACME, endpoint_id=endpoint_id) == 2
        happen(OrderFulfilled(order_id=order_id))
        assert receiver.types_of(order_id) == [
            "order.placed",
            "order.confirmed",
            "order.fulfilled",
        ]

    @pytest.mark.parametrize("said", [(True,), (False, True)], ids=["enabled", "again"])
    def test_and_enabling_end_no_rest(self, receiver: Receiver, said: tuple[bool, ...]) -> None:
        endpoint_id, _ = add(receiver)
        later = timezone.now() + timedelta(minutes=10)
        Endpoint.objects.update(resting_until=later)
        for enabled in said:
            interfaces.get(Partners).change_endpoint(
                partner=ACME, endpoint_id=endpoint_id, enabled=enabled
            )
        assert Endpoint.objects.get().resting_until == later

    def test_loses_nothing_that_happens_meanwhile(self, receiver: Receiver) -> None:
        endpoint_id, _ = add(receiver)
        partners = interfaces.get(Partners)
        partners.change_endpoint(partner=ACME, endpoint_id=endpoint_id, enabled=False)
        order_id = str(new_id())
        happen(placed(order_id), OrderConfirmed(order_id=order_id))
        assert receiver.received == []
        with pytest.raises(BadEndpoint, match="enable it"):
            partners.replay(partner=ACME, endpoint_id=endpoint_id)
        partners.change_endpoint(partner=ACME, endpoint_id=endpoint_id, enabled=True)
        assert partners.replay(partner=ACME, endpoint_id=endpoint_id) == 2
        drain()
        assert receiver.types_of(order_id) == ["order.placed", "order.confirmed"]


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


class TestEndpoints:
    def test_are_the_partners_own(self, receiver: Receiver) -> None:
        endpoint_id, _ = add(receiver)
        partners = interfaces.get(Partners)
        assert partners.endpoints(partner="other") == ()
        for ask in (partners.endpoint, partners.rotate_secret, partners.remove_endpoint):
            with pytest.raises(UnknownEndpoint):
                ask(partner="other", endpoint_id=endpoint_id)

    def test_refuse_types_that_there_are_not(self, receiver: Receiver) -> None:
        with pytest.raises(BadEndpoint, match=r"no event type 'order\.eaten'"):
            add(receiver, "order.eaten")

    def test_that_are_removed_take_what_was_to_be_sent_with_them(self, receiver: Receiver) -> None:
        endpoint_id, _ = add(receiver)
        receiver.status = 503
        happen(placed(str(new_id())))
        interfaces.get(Partners).remove_endpoint(partner=ACME, endpoint_id=endpoint_id)
        receiver.status = 204
        a_moment_later()
        assert receiver.received == []
        assert not SetAside.objects.exists()


class TestTheCommand:
    def test_says_who_is_meant_where_nobody_is_found(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("webhooks", "list", "acme-inc")
        assert "the client_id that `manage.py oauth_client` has printed" in capsys.readouterr().out

    @pytest.mark.parametrize("since", ["2026-13-01T00:00:00Z", "2026-11-28T00:00:00", "yesterday"])
    def test_refuses_what_is_no_time(self, receiver: Receiver, since: str) -> None:
        endpoint_id, _ = add(receiver)
        with pytest.raises(CommandError, match="a time with its zone"):
            call_command("webhooks", "replay", ACME, endpoint_id, "--since", since)

    def test_says_that_nothing_was_sent_again(
        self, receiver: Receiver, capsys: pytest.CaptureFixture[str]
    ) -> None:
        endpoint_id, _ = add(receiver)
        call_command("webhooks", "replay", ACME, endpoint_id)
        assert capsys.readouterr().out == "replayed=0\n"
