"""Cancelling: until the money is asked for, and not after."""

import pytest
from django.test import Client

from modules.kernel.messaging import unit_of_work
from modules.kernel.messaging.testing import drain, messages
from modules.kernel.sagas import SagaState, SagaStatus, StepStatus
from modules.kernel.sagas.instances import make, save
from modules.kernel.sagas.state import StepState
from modules.ordering import queries
from modules.ordering.contracts import OrderCancelled, OrderNotCancellable, UnknownOrder
from modules.ordering.models import Order
from modules.ordering.sagas import Checkout
from modules.ordering.tests.orders import a_request, place
from modules.ordering.use_cases import cancel_order
from modules.payments.contracts import AuthorisePayment


def placed() -> str:
    return place(a_request()).order_id


def cancel(order_id: str) -> None:
    cancel_order(order_id=order_id, checkout=Checkout)


def checkout_is_at(order_id: str, step: str, *, status: SagaStatus = SagaStatus.RUNNING) -> None:
    state = SagaState(status=status, steps={step: StepState(status=StepStatus.REQUESTED)})
    with unit_of_work("ordering") as work:
        save(work, make(work, Checkout.name, Checkout.definition, order_id), state)


@pytest.mark.django_db(transaction=True)
class TestCancelOrder:
    def test_ends_an_order_whose_checkout_has_not_begun_before_it_asks_anybody(self) -> None:
        order_id = placed()
        cancel(order_id)
        assert queries.order(order_id=order_id).status == "pending"
        drain()
        order = queries.order(order_id=order_id)
        assert (order.status, order.failure) == ("cancelled", None)
        assert messages(OrderCancelled) == [OrderCancelled(order_id=order_id)]
        assert messages(AuthorisePayment) == []

    def test_may_be_asked_for_twice(self) -> None:
        order_id = placed()
        cancel(order_id)
        cancel(order_id)
        drain()
        assert messages(OrderCancelled) == [OrderCancelled(order_id=order_id)]


@pytest.mark.django_db
class TestCancelling:
    def test_is_refused_once_the_money_was_asked_for(self) -> None:
        order_id = placed()
        checkout_is_at(order_id, "capture")
        with pytest.raises(OrderNotCancellable) as refusal:
            cancel(order_id)
        assert refusal.value.facts == {"order_id": order_id, "order_status": "pending"}

    def test_is_refused_while_a_failed_order_is_being_undone(self) -> None:
        order_id = placed()
        checkout_is_at(order_id, "reserve", status=SagaStatus.COMPENSATING)
        with pytest.raises(OrderNotCancellable):
            cancel(order_id)

    @pytest.mark.parametrize("status", ["confirmed", "fulfilled", "failed", "cancelled"])
    def test_is_refused_for_an_order_that_is_past_it(self, status: str) -> None:
        order_id = placed()
        Order.objects.update(status=status)
        with pytest.raises(OrderNotCancellable, match="too far"):
            cancel(order_id)

    @pytest.mark.parametrize("order_id", ["01a205b5-5e3b-7e13-8a11-000000000000", "no-id-at-all"])
    def test_is_refused_for_an_order_that_is_not_there(self, order_id: str) -> None:
        with pytest.raises(UnknownOrder):
            cancel(order_id)


@pytest.mark.django_db
class TestCancellingOverHttp:
    def test_answers_202(self, client: Client) -> None:
        order_id = placed()
        answer = client.post(f"/api/v1/orders/{order_id}/cancel")
        assert answer.status_code == 202
        assert answer.json() == {"order_id": order_id, "status": "pending"}

    def test_answers_409_once_it_has_gone_too_far(self, client: Client) -> None:
        order_id = placed()
        Order.objects.update(status="confirmed")
        answer = client.post(f"/api/v1/orders/{order_id}/cancel")
        assert (answer.status_code, answer.json()["code"]) == (409, "order-not-cancellable")
        assert answer.json()["order_status"] == "confirmed"

    @pytest.mark.parametrize("order_id", ["01a205b5-5e3b-7e13-8a11-000000000000", "no-id-at-all"])
    def test_answers_404_for_an_order_that_is_not_there(
        self, client: Client, order_id: str
    ) -> None:
        answer = client.post(f"/api/v1/orders/{order_id}/cancel")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-order")
