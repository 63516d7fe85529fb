"""What is known of one running saga, and what can happen to it. Plain data."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class SagaStatus(StrEnum):
    """This is where a saga is; the last three are ends, the last one for an operator."""

    RUNNING = "running"
    COMPENSATING = "compensating"
    COMPLETED = "completed"
    COMPENSATED = "compensated"
    STUCK = "stuck"


#: Nothing more happens to a saga that is one of these.
ENDS = frozenset({SagaStatus.COMPLETED, SagaStatus.COMPENSATED})


class StepStatus(StrEnum):
    """This is where a step is.

    In doubt: asked for, not answered in time, perhaps done. Stuck: it, or its undo, was asked
    for as often as it may be; an operator says how it goes on.
    """

    PENDING = "pending"
    REQUESTED = "requested"
    DONE = "done"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    UNDOING = "undoing"
    UNDONE = "undone"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """This is why a saga turned back.

    Attributes:
        code: stable, for programs; that of the event or error which said no.
        detail: for a person.
        step: which step said it.
        cancelled: somebody asked for it, nothing failed.
    """

    code: str
    detail: str
    step: str
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepState:
    """This is one step of a running saga.

    Attributes:
        out: the fields of its answer.
        attempts: how often it, or its undo, was asked for.
        attempts_forgiven: those before an operator had it asked for again, or that only waited
            for a lock.
        late_success: it was done after all, when it was being undone already.
        undoing: the attempts are those of its undo.
    """

    status: StepStatus = StepStatus.PENDING
    out: dict[str, Any] = field(default_factory=dict)
    attempts: int = 0
    attempts_forgiven: int = 0
    late_success: bool = False
    undoing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SagaState:
    """This is a running saga.

    Attributes:
        input: the fields of the event that started it.
        steps: by name; a step that is missing is pending.
    """

    status: SagaStatus = SagaStatus.RUNNING
    input: dict[str, Any] = field(default_factory=dict)
    steps: dict[str, StepState] = field(default_factory=dict)
    failure: Failure | None = None

    def of(self, step: str) -> StepState:
        """This gives the state of a step."""
        return self.steps.get(step, StepState())

    @property
    def outs(self) -> dict[str, dict[str, Any]]:
        """This gives the answers of all steps by name."""
        return {name: step.out for name, step in self.steps.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The saga's input has arrived."""

    input: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """A step was done."""

    step: str
    out: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A step was not done and will not be."""

    step: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoSucceeded:
    """A step was undone."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """An attempt at a step, or at its undo, was not answered in time."""

    step: str
    undo: bool
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LockTaken:
    """An attempt at a step has got the locks that it waited for."""

    step: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested:
    """Somebody wants the saga undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRequested:
    """An operator wants a stuck step, or its undo, asked for again."""

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledByOperator:
    """An operator says that a stuck step, or its undo, is done, or need not be."""

    step: str


Happening = (
    Started
    | Succeeded
    | Refused
    | UndoSucceeded
    | TimedOut
    | LockTaken
    | CancelRequested
    | RetryRequested
    | SettledByOperator
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """The engine is to ask for a step, for the `attempt`-th time."""

    step: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """The engine is to ask for a step's undo, for the `attempt`-th time."""

    step: str
    attempt: int


Effect = Do | Undo
