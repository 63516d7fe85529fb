"""What payments tells: the published interface, the HTTP resource, the operators' pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from modules.kernel import interfaces
from modules.payments.contracts import Payments, PaymentStatus, Takings
from modules.payments.domain import State
from modules.payments.models import Payment

pytestmark = pytest.mark.django_db

Keep = Callable[..., Payment]


@pytest.fixture
def keep() -> Keep:
    """This keeps one payment in the books."""

    def kept(order_id: str, state: State, **columns: Any) -> Payment:
        return Payment.objects.create(
            order_id=order_id, state=state, **{"currency": "USD", "amount_minor": 2500} | columns
        )

    return kept


class TestStatus:
    def test_is_none_where_there_is_no_payment(self) -> None:
        assert interfaces.get(Payments).status(order_id="order-1") == PaymentStatus(
            order_id="order-1",
            status="none",
            authorised_minor=0,
            captured_minor=0,
            refunded_minor=0,
            currency="",
        )

    @pytest.mark.parametrize("state", sorted(set(State) - {State.NEW}))
    def test_is_one_of_those_in_the_contract(self, keep: Keep, state: State) -> None:
        keep("order-1", state)
        assert interfaces.get(Payments).status(order_id="order-1").status in {
            "none",
            "authorised",
            "captured",
            "voided",
            "declined",
            "in_doubt",
        }

    @pytest.mark.parametrize(
        ("state", "columns", "status"),
        [
            (State.AUTHORISING, {}, "none"),
            (State.CAPTURING, {}, "authorised"),
            (State.VOIDING, {}, "authorised"),
            (State.VOIDING, {"captured_minor": 2500}, "captured"),
            (State.CAPTURED, {"captured_minor": 2500, "refunded_minor": 2500}, "refunded"),
            (State.VOIDED, {"captured_minor": 2500, "refunded_minor": 2500}, "refunded"),
        ],
    )
    def test_is_what_was_true_before_while_a_call_is_under_way(
        self, keep: Keep, state: State, columns: dict[str, int], status: str
    ) -> None:
        keep("order-1", state, **columns)
        assert interfaces.get(Payments).status(order_id="order-1").status == status


class TestTakings:
    def test_are_summed_up_for_each_currency(self, keep: Keep) -> None:
        keep("order-1", State.CAPTURED, captured_minor=2500, refunded_minor=700)
        keep("order-2", State.CAPTURED, captured_minor=2000)
        keep("order-3", State.IN_DOUBT)
        keep("order-4", State.CAPTURED, captured_minor=900, currency="EUR")
        keep("order-5", State.VOIDED, amount_minor=0, currency="")
        assert interfaces.get(Payments).takings() == (
            Takings(currency="EUR", captured_minor=900, refunded_minor=0, in_doubt=0),
            Takings(currency="USD", captured_minor=4500, refunded_minor=700, in_doubt=1),
        )


class TestThePaymentResource:
    def test_shows_where_the_money_stands(self, client: Client, keep: Keep) -> None:
        keep("order-1", State.CAPTURED, captured_minor=2500, refunded_minor=700)
        assert client.get("/api/v1/payments/order-1").json() == {
            "order_id": "order-1",
            "status": "captured",
            "authorised_minor": 2500,
            "captured_minor": 2500,
            "refunded_minor": 700,
            "currency": "USD",
        }

    def test_answers_none_for_an_order_that_has_not_come_to_payment(self, client: Client) -> None:
        response = client.get("/api/v1/payments/order-1")
        assert (response.status_code, response.json()["status"]) == (200, "none")

    def test_cannot_be_written(self, client: Client) -> None:
        response = client.put("/api/v1/payments/order-1")
        assert (response.status_code, response.json()["code"]) == (405, "method-not-allowed")


class TestTheOperatorsPages:
    @pytest.fixture
    def operator(self, client: Client) -> Client:
        client.force_login(User.objects.create_superuser("operator"))
        return client

    def test_show_a_payment_but_not_its_token(self, operator: Client, keep: Keep) -> None:
        payment = keep("order-1", State.CAPTURED, payment_token="tok_secret")
        payment.refunds.create(refund_id="r1", amount_minor=700)
        page = operator.get(f"/admin/payments/payment/{payment.pk}/change/").content.decode()
        assert "order-1" in page
        assert "r1" in page
        assert "tok_secret" not in page

    @pytest.mark.parametrize("page", ["add/", "{pk}/delete/"])
    def test_refuse_to_write(self, operator: Client, keep: Keep, page: str) -> None:
        payment = keep("order-1", State.CAPTURED)
        url = f"/admin/payments/payment/{page.format(pk=payment.pk)}"
        assert operator.post(url).status_code == 403
        assert Payment.objects.exists()
