"""Any interleaving of commands, duplicates and outcomes leaves payments and the bank agreed.

The machine is the world around one payment: commands arrive in any order and more than
once, calls of the provider are carried out later, are repeated, fail, and go unanswered.
"""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from modules.payments.contracts import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
    RefundRefused,
)
from modules.payments.contracts.commands import CallProvider
from modules.payments.domain import Answer, Call, Operation, Payment, State
from modules.payments.domain.provider import ProviderRefused, ProviderUnavailable
from modules.payments.domain.steps import RESTING
from modules.payments.outward import ProviderCalls
from modules.payments.tests.moody_bank import Mood, MoodyBank
from modules.payments.use_cases import as_command

AMOUNT_MINOR = 1000
#: No more calls than this can be left when the commands have stopped coming.
CALLS_AT_MOST = 20
ANSWERS = {
    "authorise": (PaymentAuthorised, PaymentDeclined),
    "capture": (PaymentCaptured, PaymentDeclined),
    "void": (PaymentVoided,),
    "refund": (PaymentRefunded, RefundRefused),
}
#: A small choice of ids, so that commands with the same id, and in one name, are common.
ids = st.sampled_from(["1", "2"])


class PaymentWorld(RuleBasedStateMachine):
    """This is one payment, the bank, and the messages between them."""

    def __init__(self) -> None:
        super().__init__()
        self.payment = Payment(order_id="order")
        self.bank = MoodyBank()
        self.call_bank: Any = ProviderCalls(self.bank)
        self.calls: list[CallProvider] = []
        self.asked: dict[str, str] = {}
        self.answered: list[Answer] = []

    @initialize(so_far=st.sampled_from([(), ("authorise",), ("authorise", "capture")]))
    def begin(self, so_far: tuple[str, ...]) -> None:
        """This lets some begin in order, or chance would hardly ever get as far as a refund."""
        for name in so_far:
            getattr(self, name)("1")
            self.carry_out()

    @rule(number=ids)
    def authorise(self, number: str) -> None:
        self._ask(
            "authorise",
            number,
            amount_minor=AMOUNT_MINOR,
            currency="USD",
            payment_token="tok",
        )

    @rule(number=ids)
    def capture(self, number: str) -> None:
        self._ask("capture", number)

    @rule(number=ids)
    def void(self, number: str) -> None:
        self._ask("void", number)

    @rule(number=ids, refund_id=ids, amount_minor=st.sampled_from([-1, 0, 400, 600, 1000]))
    def refund(self, number: str, refund_id: str, amount_minor: int) -> None:
        self._ask("refund", f"{number}{refund_id}", refund_id=refund_id, amount_minor=amount_minor)

    # A rule for each mood: rules are drawn evenly, and an unhappy bank is what this is about.
    @precondition(lambda self: self.calls)
    @rule()
    def carry_out(self) -> None:
        self._carry_out(Mood.WORKS)

    @precondition(lambda self: self.calls)
    @rule()
    def carry_out_and_be_refused(self) -> None:
        self._carry_out(Mood.REFUSES)

    @precondition(lambda self: self.calls)
    @rule(mood=st.sampled_from([Mood.UNANSWERED, Mood.DONE_BUT_UNANSWERED]))
    def carry_out_and_get_no_answer(self, mood: Mood) -> None:
        self._carry_out(mood)

    @precondition(lambda self: self.calls)
    @rule(mood=st.sampled_from([Mood.AWAY, Mood.DONE_BUT_AWAY]))
    def carry_out_in_vain(self, mood: Mood) -> None:
        self._carry_out(mood)

    @precondition(lambda self: self.calls)
    @rule(mood=st.sampled_from(Mood))
    def carry_out_and_die_before_recording(self, mood: Mood) -> None:
        self._carry_out(mood, is_recorded=False)

    @invariant()
    def nothing_is_taken_twice_nor_given_back_beyond(self) -> None:
        assert self.bank.captures <= 1
        assert 0 <= self.bank.given_back_minor <= self.bank.taken_minor <= AMOUNT_MINOR
        assert 0 <= self.payment.refunded_minor <= self.payment.captured_minor

    @invariant()
    def one_call_at_a_time_is_under_way(self) -> None:
        assert len(self.calls) == (self.payment.state not in RESTING)

    def teardown(self) -> None:
        for _ in range(CALLS_AT_MOST):
            if self.calls:
                self.carry_out()
        assert not self.calls
        self._books_agree()
        self._every_command_is_answered()

    def _carry_out(self, mood: Mood, *, is_recorded: bool = True) -> None:
        self.bank.mood = mood
        try:
            outcome = self.call_bank(self.calls[0], None)
        except (ProviderUnavailable, ProviderRefused):
            return  # The bus repeats the call later.
        if is_recorded:
            self._take(self.payment.record(Operation(self.calls.pop(0).operation), outcome))

    def _books_agree(self) -> None:
        payment, bank = self.payment, self.bank
        assert (payment.captured_minor, payment.refunded_minor) == (
            bank.taken_minor,
            bank.given_back_minor,
        )
        assert bank.held_minor == (AMOUNT_MINOR if payment.state is State.AUTHORISED else 0)
        if "void" in self.asked.values():
            assert payment.state in {State.VOIDED, State.DECLINED}
            assert bank.taken_minor == bank.given_back_minor

    def _every_command_is_answered(self) -> None:
        for request_id, name in self.asked.items():
            events = [answer.event for answer in self.answered if answer.request_id == request_id]
            assert events
            assert all(isinstance(event, ANSWERS[name]) for event in events)

    def _ask(self, name: str, number: str, **details: Any) -> None:
        request_id = f"{name}-{number}"
        self.asked[request_id] = name
        self._take(getattr(self.payment, name)(request_id=request_id, **details))

    def _take(self, steps: list[Answer | Call]) -> None:
        for step in steps:
            if isinstance(step, Answer):
                self.answered.append(step)
            else:
                self.calls.append(as_command(self.payment, step))


TestEveryInterleaving = PaymentWorld.TestCase
TestEveryInterleaving.settings = settings(
    max_examples=400, stateful_step_count=15, deadline=None, derandomize=True
)
