"""The rules of taking money and giving it back. Plain Python: no Django, no provider."""

from modules.payments.domain.answers import Refusal
from modules.payments.domain.payment import OutcomeOutOfTurn, Payment
from modules.payments.domain.steps import Answer, Call, Kind, Operation, Outcome, Request, State

__all__ = [
    "Payment",
    "State",
    "Request",
    "Kind",
    "Call",
    "Operation",
    "Outcome",
    "Answer",
    "Refusal",
    "OutcomeOutOfTurn",
]
