"""The words of the state machine: what it is asked, what it asks for, and what it answers."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from modules.payments.domain.provider import Authorised, Captured, Refunded, Refused


class State(StrEnum):
    """This is where a payment stands. In a state of `RESTING` no call is under way."""

    NEW = "new"
    AUTHORISING = "authorising"
    IN_DOUBT = "in_doubt"
    AUTHORISED = "authorised"
    CAPTURING = "capturing"
    CAPTURED = "captured"
    REFUNDING = "refunding"
    VOIDING = "voiding"
    VOIDED = "voided"
    DECLINED = "declined"


RESTING = frozenset(
    {State.NEW, State.AUTHORISED, State.CAPTURED, State.VOIDED, State.DECLINED},
)


class Kind(StrEnum):
    """This is what a payment can be asked to do."""

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    REFUND_ALL = "refund_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """This is one command that has not been answered yet.

    Attributes:
        request_id: the command that the answer will refer to; empty without one.
        refund_id: of refunds only.
        amount_minor: of a refund of a part only.
    """

    kind: Kind
    request_id: str = ""
    refund_id: str = ""
    amount_minor: int = 0


class Operation(StrEnum):
    """This is what the provider can be called for.

    `SETTLE` asks what became of an authorisation and lets go of what it holds;
    `GIVE_BACK` is the refund that undoes a capture.
    """

    AUTHORISE = "authorise"
    SETTLE = "settle"
    CAPTURE = "capture"
    VOID = "void"
    GIVE_BACK = "give_back"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """This asks for one call of the provider, `after` some time.

    Attributes:
        attempt: which asking this is, from 1; other operations are repeated by the bus.
    """

    operation: Operation
    idempotency_key: str
    amount_minor: int
    request_id: str
    after: timedelta = timedelta(0)
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """This is the event that answers a request."""

    event: object
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """This is the outcome of an authorisation that was not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """This is the outcome of asking: whatever the authorisation held was let go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingFound:
    """This is the outcome of asking when the provider knows of nothing (yet)."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Voided:
    """This is the outcome of a void: nothing is held any more."""


Outcome = Authorised | Refused | TimedOut | Settled | NothingFound | Captured | Voided | Refunded
