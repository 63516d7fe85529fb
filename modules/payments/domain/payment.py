"""The `Payment` aggregate: one order's money, from set aside to taken, given back or let go.

Called by the use cases with the row locked. A payment does one thing at a time: while a
call of the provider is under way or in doubt, further commands wait in its queue, and are
worked off, in order, in the transaction that records the outcome. So every interleaving
of commands and outcomes ends as some plain sequence of the commands would have; no money
is taken twice, and none stays set aside behind an answer that says otherwise (P9).
"""

from dataclasses import dataclass, field
from datetime import timedelta

from modules.payments.domain import answers
from modules.payments.domain.provider import Authorised, Captured, Refunded, Refused
from modules.payments.domain.steps import (
    RESTING,
    Answer,
    Call,
    Kind,
    NothingFound,
    Operation,
    Outcome,
    Request,
    Settled,
    State,
    TimedOut,
    Voided,
)

#: How long after a time-out the provider is asked; doubled for each further asking.
ASK_AFTER = timedelta(milliseconds=300)
#: An authorisation that the provider still does not know of by then has not happened.
ASKINGS = 3


class OutcomeOutOfTurn(RuntimeError):
    """This says that an outcome was recorded which the payment does not wait for."""


@dataclass(slots=True, kw_only=True)
class Payment:
    """This is the payment for one order.

    Attributes:
        amount_minor: what was asked for; authorised and captured as a whole.
        reference: the provider's name for the authorisation.
        given_back_minor: what voiding gave back, beside the `refunds` asked for by id.
        queue: requests not answered yet; the first is the one a call is under way for.
    """

    order_id: str
    state: State = State.NEW
    amount_minor: int = 0
    currency: str = ""
    payment_token: str = ""
    reference: str = ""
    captured_minor: int = 0
    given_back_minor: int = 0
    refunds: dict[str, int] = field(default_factory=dict)
    refusal: answers.Refusal | None = None
    queue: list[Request] = field(default_factory=list)

    @property
    def refunded_minor(self) -> int:
        return self.given_back_minor + sum(self.refunds.values())

    def authorise(
        self, *, amount_minor: int, currency: str, payment_token: str, request_id: str = ""
    ) -> list[Answer | Call]:
        """This sets the amount aside: once, and never after a void."""
        if self.state is State.NEW:
            self.amount_minor = amount_minor
            self.currency = currency
            self.payment_token = payment_token
        return self._take(Request(kind=Kind.AUTHORISE, request_id=request_id))

    def capture(self, *, request_id: str = "") -> list[Answer | Call]:
        """This takes what is set aside."""
        return self._take(Request(kind=Kind.CAPTURE, request_id=request_id))

    def void(self, *, request_id: str = "") -> list[Answer | Call]:
        """This undoes whatever was done, and refuses whatever comes later."""
        return self._take(Request(kind=Kind.VOID, request_id=request_id))

    def refund(
        self, *, refund_id: str, amount_minor: int, request_id: str = ""
    ) -> list[Answer | Call]:
        """This gives back part of what was captured, once for each refund id."""
        return self._take(
            Request(
                kind=Kind.REFUND,
                request_id=request_id,
                refund_id=refund_id,
                amount_minor=amount_minor,
            )
        )

    def give_all_back(self, *, refund_id: str) -> list[Answer | Call]:
        """This gives back all that is left of what was captured, also where that is nothing."""
        # How much that is depends on the refunds before it, which may wait in the queue.
        return self._take(Request(kind=Kind.REFUND_ALL, refund_id=refund_id))

    def record(self, operation: Operation, outcome: Outcome) -> list[Answer | Call]:
        """This takes note of what the provider did, and goes on with what has waited for it.

        Raises:
            OutcomeOutOfTurn: the payment waits for no such outcome.
        """
        step = self._after(operation, outcome)
        if isinstance(step, Call):
            return [step]
        self.queue.pop(0)
        return [step, *self._work_off()]

    def _take(self, request: Request) -> list[Answer | Call]:
        # A repeated command that waits already is answered when the first one is.
        if request not in self.queue:
            self.queue.append(request)
        return self._work_off()

    def _work_off(self) -> list[Answer | Call]:
        steps: list[Answer | Call] = []
        while self.queue and self.state in RESTING:
            steps.append(_BEGIN[self.queue[0].kind](self, self.queue[0]))
            if isinstance(steps[-1], Answer):
                self.queue.pop(0)
        return steps

    def _begin_authorise(self, request: Request) -> Answer | Call:
        if self.state is State.NEW and self.amount_minor > 0:
            self.state = State.AUTHORISING
            return self._call(Operation.AUTHORISE, self.amount_minor)
        if self.state is State.NEW and self.amount_minor < 0:
            self.state = State.DECLINED
            self.refusal = answers.Refusal(
                code=answers.DECLINED, detail="an amount below zero cannot be taken"
            )
        elif self.state is State.NEW:
            self.state = State.AUTHORISED  # There is nothing to take, so nobody to call.
        if self.state in {State.AUTHORISED, State.CAPTURED}:
            return answers.authorised(self)
        return answers.declined(self, "the payment was voided")

    def _begin_capture(self, request: Request) -> Answer | Call:
        if self.state is State.CAPTURED:
            return answers.captured(self)
        if self.state is not State.AUTHORISED:
            return answers.declined(self, "no amount is set aside for the order")
        if self.amount_minor:
            self.state = State.CAPTURING
            return self._call(Operation.CAPTURE, self.amount_minor)
        self.state = State.CAPTURED
        return answers.captured(self)

    def _begin_void(self, request: Request) -> Answer | Call:
        if self.state is State.AUTHORISED and self.amount_minor:
            self.state = State.VOIDING
            return self._call(Operation.VOID, self.amount_minor)
        left_minor = self.captured_minor - self.refunded_minor
        if self.state is State.CAPTURED and left_minor:
            self.state = State.VOIDING
            return self._call(Operation.GIVE_BACK, left_minor)
        if self.state is not State.DECLINED:
            self.state = State.VOIDED
        return answers.voided(self)

    def _begin_refund(self, request: Request) -> Answer | Call:
        if request.refund_id in self.refunds:
            return answers.refunded(self)
        left_minor = self.captured_minor - self.refunded_minor
        if not 0 < request.amount_minor <= left_minor:
            return answers.refund_refused(
                self,
                "refund-exceeds-captured",
                f"{request.amount_minor} was asked for and {left_minor} is left to give back",
            )
        self.state = State.REFUNDING
        return self._call(Operation.REFUND, request.amount_minor)

    def _begin_refund_all(self, request: Request) -> Answer | Call:
        left_minor = self.captured_minor - self.refunded_minor
        if left_minor and request.refund_id not in self.refunds:
            self.state = State.REFUNDING
            return self._call(Operation.REFUND, left_minor)
        self.refunds.setdefault(request.refund_id, 0)
        return answers.refunded(self)

    def _after(self, operation: Operation, outcome: Outcome) -> Answer | Call:
        match self.state, operation, outcome:
            case State.AUTHORISING, Operation.AUTHORISE, Authorised(reference=reference):
                self.state, self.reference = State.AUTHORISED, reference
                return answers.authorised(self)
            case State.AUTHORISING, Operation.AUTHORISE, Refused(detail=detail):
                return self._decline(answers.DECLINED, detail)
            case State.AUTHORISING, Operation.AUTHORISE, TimedOut():
                self.state = State.IN_DOUBT
                return self._ask(attempt=1)
            case State.IN_DOUBT, Operation.SETTLE, NothingFound(attempt=attempt) if (
                attempt < ASKINGS
            ):
                return self._ask(attempt=attempt + 1)
            case State.IN_DOUBT, Operation.SETTLE, Settled() | NothingFound():
                return self._decline(
                    answers.TIMED_OUT, "the payment provider did not answer in time"
                )
            case State.CAPTURING, Operation.CAPTURE, Captured(amount_minor=amount_minor):
                self.state, self.captured_minor = State.CAPTURED, amount_minor
                return answers.captured(self)
            case State.CAPTURING, Operation.CAPTURE, Refused(detail=detail):
                # What cannot be taken must not stay set aside: let go first, then answer.
                self.state = State.VOIDING
                self.refusal = answers.Refusal(code=answers.DECLINED, detail=detail)
                return self._call(Operation.VOID, self.amount_minor)
            case State.VOIDING, Operation.VOID, Voided() if self.refusal:
                return self._decline(self.refusal.code, self.refusal.detail)
            case State.VOIDING, Operation.VOID, Voided():
                self.state = State.VOIDED
                return answers.voided(self)
            case State.VOIDING, Operation.GIVE_BACK, Refunded(amount_minor=amount_minor):
                self.state, self.given_back_minor = State.VOIDED, amount_minor
                return answers.voided(self)
            case State.REFUNDING, Operation.REFUND, Refunded(amount_minor=amount_minor):
                self.state = State.CAPTURED
                self.refunds[self.queue[0].refund_id] = amount_minor
                return answers.refunded(self)
            case State.REFUNDING, Operation.REFUND, Refused(detail=detail):
                self.state = State.CAPTURED
                return answers.refund_refused(self, "refund-declined", detail)
        raise OutcomeOutOfTurn(
            f"the payment for order {self.order_id} is {self.state} and waits for no outcome "
            f"{type(outcome).__name__} of {operation}"
        )

    def _call(self, operation: Operation, amount_minor: int) -> Call:
        key = f"{self.order_id}:{operation}"
        if operation is Operation.REFUND:
            key += f":{self.queue[0].refund_id}"
        return Call(
            operation=operation,
            idempotency_key=key,
            amount_minor=amount_minor,
            request_id=self.queue[0].request_id,
        )

    def _ask(self, *, attempt: int) -> Call:
        return Call(
            operation=Operation.SETTLE,
            # The key of what is asked about, not one of its own.
            idempotency_key=f"{self.order_id}:{Operation.AUTHORISE}",
            amount_minor=self.amount_minor,
            request_id=self.queue[0].request_id,
            after=ASK_AFTER * 2 ** (attempt - 1),
            attempt=attempt,
        )

    def _decline(self, code: str, detail: str) -> Answer:
        self.state = State.DECLINED
        self.refusal = answers.Refusal(code=code, detail=detail)
        return answers.declined(self, detail)


_BEGIN = {
    Kind.AUTHORISE: Payment._begin_authorise,
    Kind.CAPTURE: Payment._begin_capture,
    Kind.VOID: Payment._begin_void,
    Kind.REFUND: Payment._begin_refund,
    Kind.REFUND_ALL: Payment._begin_refund_all,
}
