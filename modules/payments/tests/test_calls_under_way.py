"""Commands that arrive while the provider is being called, and providers that fail in earnest.

The interruption happens inside the call, outside any transaction: exactly where the other
consumer's handler would run in another thread.
"""

import json
from collections.abc import Callable, Iterator

import pytest

from modules.kernel.contracts import contract_of
from modules.kernel.messaging import Delivery
from modules.kernel.messaging.models import Message, SetAside
from modules.kernel.messaging.subscriptions import subscription
from modules.kernel.messaging.testing import drain, messages
from modules.payments import use_cases
from modules.payments.contracts import (
    CapturePayment,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDeclined,
    PaymentVoided,
    VoidPayment,
)
from modules.payments.contracts.commands import CallProvider
from modules.payments.domain import Operation, OutcomeOutOfTurn, Payment, State
from modules.payments.domain.provider import Authorised, Refused
from modules.payments.outward import ProviderCalls
from modules.payments.tests.banks import SandboxBank, StripeBank
from modules.payments.tests.conftest import Send, authorise, only
from modules.payments.tests.stripe_books import DECLINED_CARD, GOOD_CARD
from modules.payments.tests.stripe_stand_in import Fault, StripeStandIn

pytestmark = pytest.mark.django_db(transaction=True)

During = Callable[[str, Callable[[], None]], None]

ORDER = "order-1"
CAPTURE = CapturePayment(order_id=ORDER)
VOID = VoidPayment(order_id=ORDER)


@pytest.fixture
def calls() -> ProviderCalls:
    """This is what the running module calls its provider by."""
    handler = subscription("payments.outward").handlers["payments.call_provider"][0]
    assert isinstance(handler.call, ProviderCalls)
    return handler.call


@pytest.fixture
def during(calls: ProviderCalls, monkeypatch: pytest.MonkeyPatch) -> During:
    """This has something happen in the middle of the next call of an operation."""

    def interrupt(operation: str, happens: Callable[[], None]) -> None:
        untouched = getattr(calls.provider, operation)

        def interrupted(*arguments: object, **named: object) -> object:
            result = untouched(*arguments, **named)
            monkeypatch.setattr(calls.provider, operation, untouched)
            happens()
            return result

        monkeypatch.setattr(calls.provider, operation, interrupted)

    return interrupt


@pytest.fixture
def stripe(calls: ProviderCalls, monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeBank]:
    """This has the running module use Stripe."""
    with StripeStandIn() as stand_in:
        bank = StripeBank(stand_in)
        monkeypatch.setattr(calls, "provider", bank.provider)
        yield bank
        bank.close()


def answered(event: type) -> list[str]:
    """This gives the requests that events of the class answer."""
    rows = Message.objects.filter(name=contract_of(event).name).order_by("id")
    return [json.loads(row.headers)["requestid"] for row in rows]


class TestAVoidDuringACall:
    def test_waits_for_the_authorisation_and_then_undoes_it(
        self, send: Send, during: During
    ) -> None:
        during("authorise", lambda: use_cases.void_payment(VOID, request_id="void"))
        send(authorise())
        assert only(PaymentVoided) == PaymentVoided(order_id=ORDER, refunded_minor=0)
        assert SandboxBank().set_aside_minor == 0

    def test_waits_for_the_capture_and_then_gives_the_money_back(
        self, send: Send, during: During
    ) -> None:
        during("capture", lambda: use_cases.void_payment(VOID, request_id="void"))
        send(authorise(), CAPTURE)
        assert only(PaymentVoided) == PaymentVoided(order_id=ORDER, refunded_minor=2500)
        assert SandboxBank().taken_minor == 0

    def test_is_answered_under_its_own_request(self, send: Send, during: During) -> None:
        during("authorise", lambda: use_cases.void_payment(VOID, request_id="void"))
        use_cases.authorise_payment(authorise(), request_id="authorise")
        send()
        assert answered(PaymentAuthorised) == ["authorise"]
        assert answered(PaymentVoided) == ["void"]

    def test_leaves_an_authorisation_that_was_repeated_meanwhile_answered(
        self, send: Send, during: During
    ) -> None:
        def happens() -> None:
            use_cases.authorise_payment(authorise(), request_id="authorise-again")
            use_cases.void_payment(VOID, request_id="void")

        during("authorise", happens)
        use_cases.authorise_payment(authorise(), request_id="authorise")
        send()
        assert answered(PaymentAuthorised) == ["authorise", "authorise-again"]
        assert answered(PaymentVoided) == ["void"]


class TestAProviderThatWillNotUndo:
    def test_is_not_said_to_have_undone_it(
        self, send: Send, calls: ProviderCalls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send(authorise(), CAPTURE)
        monkeypatch.setattr(calls.provider, "refund", lambda *_, **__: Refused(detail="closed"))
        send(VOID)
        [held] = SetAside.objects.all()
        assert "does not give back the payment for order order-1: closed" in held.error
        assert messages(PaymentVoided) == []

    def test_is_asked_again_until_it_does(
        self, send: Send, calls: ProviderCalls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send(authorise(), CAPTURE)
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(calls.provider, "refund", lambda *_, **__: Refused(detail="closed"))
            use_cases.void_payment(VOID)
            drain()
        drain(until_idle=True)
        assert only(PaymentVoided) == PaymentVoided(order_id=ORDER, refunded_minor=2500)


class TestACallThatIsMadeTwice:
    def test_takes_no_money_twice(self, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
        # As when the process dies between the call and its record.
        delivered: list[CallProvider] = []
        make = ProviderCalls.__call__

        def make_twice(self: ProviderCalls, command: CallProvider, delivery: Delivery) -> object:
            delivered.append(command)
            make(self, command, delivery)
            return make(self, command, delivery)

        monkeypatch.setattr(ProviderCalls, "__call__", make_twice)
        send(authorise(), CAPTURE)
        assert [command.operation for command in delivered] == ["authorise", "capture"]
        assert SandboxBank().taken_minor == 2500


class TestAnOutcomeOutOfTurn:
    def test_is_refused_instead_of_guessed_about(self) -> None:
        payment = Payment(order_id=ORDER, state=State.VOIDED)
        outcome = Authorised(reference="late")
        with pytest.raises(OutcomeOutOfTurn, match="is voided and waits for no outcome"):
            payment.record(Operation.AUTHORISE, outcome)


class TestThroughStripe:
    def test_money_is_taken_and_given_back(self, send: Send, stripe: StripeBank) -> None:
        send(authorise(token=GOOD_CARD), CAPTURE)
        assert stripe.taken_minor == 2500
        send(VOID)
        assert stripe.taken_minor == 0

    def test_a_declined_card_is_declined(self, send: Send, stripe: StripeBank) -> None:
        send(authorise(token=DECLINED_CARD))
        assert only(PaymentDeclined) == PaymentDeclined(
            order_id=ORDER, code="payment-declined", detail="Your card was declined."
        )

    @pytest.mark.parametrize("fault", [Fault.DONE_BUT_UNANSWERED, Fault.LOST, Fault.SERVER_ERROR])
    def test_an_unanswered_authorisation_is_undone_and_declined(
        self, send: Send, stripe: StripeBank, fault: Fault
    ) -> None:
        stripe.stand_in.fail("/confirm", fault)
        send(authorise(token=GOOD_CARD))
        assert only(PaymentDeclined).code == "payment-timed-out"  # type: ignore[attr-defined]  # of any class
        assert stripe.set_aside_minor == 0
        assert stripe.stand_in.books.intents["pi_1"]["status"] == "canceled"

    def test_a_capture_without_an_answer_is_repeated_until_it_is_known(
        self, send: Send, stripe: StripeBank
    ) -> None:
        send(authorise(token=GOOD_CARD))
        stripe.stand_in.fail("/capture", Fault.DONE_BUT_UNANSWERED)
        send(CAPTURE)
        assert only(PaymentCaptured) == PaymentCaptured(
            order_id=ORDER, amount_minor=2500, currency="USD"
        )
        assert stripe.taken_minor == 2500
