"""Commands through the bus to the sandbox and back: what is answered, and what is in the books."""

import pytest
from django.db.models import Sum

from modules.kernel import interfaces
from modules.kernel.messaging.testing import messages
from modules.payments.contracts import (
    CapturePayment,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    Payments,
    PaymentVoided,
    RefundPayment,
    RefundRefused,
    VoidPayment,
)
from modules.payments.models import SandboxAuthorisation, SandboxRefund
from modules.payments.providers.sandbox import happens_unanswered
from modules.payments.tests.conftest import Send, authorise, only

pytestmark = pytest.mark.django_db(transaction=True)

ORDER = "order-1"
CAPTURE = CapturePayment(order_id=ORDER)
VOID = VoidPayment(order_id=ORDER)


def refund(refund_id: str, amount_minor: int) -> RefundPayment:
    return RefundPayment(order_id=ORDER, refund_id=refund_id, amount_minor=amount_minor)


def status() -> str:
    return interfaces.get(Payments).status(order_id=ORDER).status


def set_aside_minor() -> int:
    """This is what the bank still holds of its customers' money."""
    held = SandboxAuthorisation.objects.filter(standing="held")
    return int(held.aggregate(sum=Sum("amount_minor", default=0))["sum"])


def taken_minor() -> int:
    """This is what the bank took, less what it gave back."""
    taken = SandboxAuthorisation.objects.filter(standing="captured")
    given_back = SandboxRefund.objects.aggregate(sum=Sum("amount_minor", default=0))
    return int(taken.aggregate(sum=Sum("amount_minor", default=0))["sum"]) - int(given_back["sum"])


class TestAuthorisePayment:
    def test_sets_the_amount_aside(self, send: Send) -> None:
        send(authorise())
        assert only(PaymentAuthorised) == PaymentAuthorised(
            order_id=ORDER, amount_minor=2500, currency="USD"
        )
        assert set_aside_minor() == 2500
        assert status() == "authorised"

    @pytest.mark.parametrize("token", ["tok_declined", "tok_never_heard_of"])
    def test_is_declined_with_a_bad_card(self, send: Send, token: str) -> None:
        send(authorise(token=token))
        assert only(PaymentDeclined) == PaymentDeclined(
            order_id=ORDER, code="payment-declined", detail="the card was declined"
        )
        assert set_aside_minor() == 0
        assert status() == "declined"

    def test_outlasts_a_flaky_provider(self, send: Send) -> None:
        send(authorise(token="tok_flaky"), CAPTURE)
        assert len(messages(PaymentCaptured)) == 1
        assert taken_minor() == 2500

    def test_answers_again_and_sets_nothing_aside_twice(self, send: Send) -> None:
        send(authorise(), authorise())
        assert messages(PaymentAuthorised)[0] == messages(PaymentAuthorised)[1]
        assert set_aside_minor() == 2500

    def test_needs_no_provider_where_there_is_nothing_to_pay(self, send: Send) -> None:
        send(authorise(amount_minor=0), CAPTURE, VOID)
        assert len(messages(PaymentAuthorised)) == len(messages(PaymentCaptured)) == 1
        assert only(PaymentVoided) == PaymentVoided(order_id=ORDER, refunded_minor=0)
        assert not SandboxAuthorisation.objects.exists()


class TestAnAuthorisationInDoubt:
    @pytest.mark.parametrize("happened", [True, False])
    def test_is_asked_about_undone_and_declined(self, send: Send, happened: bool) -> None:
        order_id = order_whose_authorisation(happened=happened)
        send(authorise(order_id, token="tok_timeout"))
        assert SandboxAuthorisation.objects.exists() is happened
        assert set_aside_minor() == 0
        assert only(PaymentDeclined) == PaymentDeclined(
            order_id=order_id,
            code="payment-timed-out",
            detail="the payment provider did not answer in time",
        )

    @pytest.mark.parametrize("happened", [True, False])
    def test_is_undone_for_a_void_too(self, send: Send, happened: bool) -> None:
        order_id = order_whose_authorisation(happened=happened)
        send(authorise(order_id, token="tok_timeout"), VoidPayment(order_id=order_id))
        assert only(PaymentVoided) == PaymentVoided(order_id=order_id, refunded_minor=0)
        assert set_aside_minor() == 0


class TestCapturePayment:
    def test_takes_what_was_set_aside(self, send: Send) -> None:
        send(authorise(), CAPTURE)
        assert only(PaymentCaptured) == PaymentCaptured(
            order_id=ORDER, amount_minor=2500, currency="USD"
        )
        assert taken_minor() == 2500
        assert status() == "captured"

    def test_answers_again_and_takes_nothing_twice(self, send: Send) -> None:
        send(authorise(), CAPTURE, CAPTURE)
        assert len(messages(PaymentCaptured)) == 2
        assert taken_minor() == 2500

    def test_is_declined_where_nothing_is_set_aside(self, send: Send) -> None:
        send(CAPTURE)
        assert only(PaymentDeclined).code == "payment-declined"  # type: ignore[attr-defined]
        assert status() == "none"


class TestVoidPayment:
    def test_lets_go_of_what_was_set_aside(self, send: Send) -> None:
        send(authorise(), VOID)
        assert only(PaymentVoided) == PaymentVoided(order_id=ORDER, refunded_minor=0)
        assert set_aside_minor() == taken_minor() == 0
        assert status() == "voided"

    def test_gives_back_what_was_captured(self, send: Send) -> None:
        send(authorise(), CAPTURE, VOID, VOID)
        voided = PaymentVoided(order_id=ORDER, refunded_minor=2500)
        assert messages(PaymentVoided) == [voided, voided]
        assert taken_minor() == 0
        assert status() == "refunded"

    def test_gives_back_only_what_was_not_refunded_before(self, send: Send) -> None:
        send(authorise(), CAPTURE, refund("r1", 700), VOID)
        assert only(PaymentVoided) == PaymentVoided(order_id=ORDER, refunded_minor=2500)
        assert taken_minor() == 0

    def test_refuses_an_authorisation_that_comes_after_it(self, send: Send) -> None:
        send(VOID, authorise())
        assert only(PaymentVoided) == PaymentVoided(order_id=ORDER, refunded_minor=0)
        assert only(PaymentDeclined) == PaymentDeclined(
            order_id=ORDER, code="payment-declined", detail="the payment was voided"
        )
        assert not SandboxAuthorisation.objects.exists()

    def test_is_answered_where_the_payment_was_declined(self, send: Send) -> None:
        send(authorise(token="tok_declined"), VOID)
        assert only(PaymentVoided) == PaymentVoided(order_id=ORDER, refunded_minor=0)


class TestRefundPayment:
    def test_gives_back_a_part(self, send: Send) -> None:
        send(authorise(), CAPTURE, refund("r1", 700))
        assert only(PaymentRefunded) == PaymentRefunded(
            order_id=ORDER, refund_id="r1", amount_minor=700, currency="USD", refunded_minor=700
        )
        assert taken_minor() == 1800
        assert status() == "captured"

    def test_gives_back_once_for_each_refund_id(self, send: Send) -> None:
        send(authorise(), CAPTURE, refund("r1", 2000), refund("r1", 2000), refund("r2", 100))
        assert [refunded.refund_id for refunded in messages(PaymentRefunded)] == ["r1", "r1", "r2"]
        assert taken_minor() == 400

    def test_never_gives_back_more_than_was_captured(self, send: Send) -> None:
        send(authorise(), CAPTURE, refund("r1", 2000), refund("r2", 501))
        assert only(RefundRefused) == RefundRefused(
            order_id=ORDER,
            refund_id="r2",
            code="refund-exceeds-captured",
            detail="501 was asked for and 500 is left to give back",
        )
        assert taken_minor() == 500

    def test_of_everything_leaves_the_payment_refunded(self, send: Send) -> None:
        send(authorise(), CAPTURE, refund("r1", 2500))
        assert status() == "refunded"


def order_whose_authorisation(*, happened: bool) -> str:
    """This gives an order whose unanswered authorisation happens at the bank, or does not."""
    orders = (f"order-{number}" for number in range(100))
    return next(order for order in orders if happens_unanswered(f"{order}:authorise") is happened)
