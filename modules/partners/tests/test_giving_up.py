"""Endpoints that take nothing, or not everything: given up, held, and made good on request."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from modules.kernel import interfaces
from modules.kernel.contracts import new_id
from modules.kernel.messaging.models import SetAside
from modules.kernel.messaging.testing import drain
from modules.ordering.contracts import OrderConfirmed, OrderFulfilled
from modules.partners.contracts import BadEndpoint, Partners
from modules.partners.models import Delivery, Endpoint
from modules.partners.tests.receiver import Receiver
from modules.partners.tests.telling import (
    ACME,
    a_moment_later,
    add,
    happen,
    placed,
    states,
)

pytestmark = pytest.mark.django_db(transaction=True)


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
