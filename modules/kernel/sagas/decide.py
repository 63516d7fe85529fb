"""What comes next: a pure function of the definition, the state and what has happened.

No database, no clock, no message: everything a saga can do wrong is decided here, where
it can be tried in every order.
"""

from dataclasses import replace
from typing import Any

from modules.kernel.sagas.definition import Definition, Step
from modules.kernel.sagas.state import (
    CancelRequested,
    Do,
    Effect,
    Failure,
    Happening,
    Refused,
    SagaState,
    SagaStatus,
    Started,
    StepState,
    StepStatus,
    Succeeded,
    TimedOut,
    Undo,
    UndoSucceeded,
)

#: How often an undo that is not answered is asked for before the saga is stuck.
UNDO_ATTEMPTS = 10

#: How often a step past the pivot is asked for before the saga is stuck.
FORWARD_ATTEMPTS = 10

_CANCELLED = Failure(code="cancelled", detail="cancelled on request", step="", cancelled=True)

#: Steps in these states may have had their effect.
_TO_UNDO = (StepStatus.REQUESTED, StepStatus.DONE, StepStatus.IN_DOUBT)

Decision = tuple[SagaState, tuple[Effect, ...]]


def decide(definition: Definition, state: SagaState, happened: Happening) -> Decision:
    """This gives the state after what has happened, and what is to be done about it.

    What is late, doubled or out of order changes nothing but the record.
    """
    match happened:
        case Started(input=given):
            return _started(definition, replace(state, input=given))
        case Succeeded(step=name, out=out):
            return _succeeded(definition, state, name, out)
        case Refused(step=name, code=code, detail=detail):
            return _refused(definition, state, name, code, detail)
        case UndoSucceeded(step=name):
            return _undone(definition, state, name)
        case TimedOut(step=name, undo=undo, attempt=attempt):
            return _timed_out(definition, state, name, undo, attempt)
        case CancelRequested():
            return _cancelled(definition, state)


def can_cancel(definition: Definition, state: SagaState) -> bool:
    """This is true until the pivot has been asked for."""
    return state.status is SagaStatus.RUNNING and not any(
        step.pivot and state.of(step.name).status is not StepStatus.PENDING
        for step in definition.steps
    )


def _started(definition: Definition, state: SagaState) -> Decision:
    if state.steps:
        return state, ()
    if state.failure is not None:
        # Cancelled before it began: the first step's undo tells the world that it ended so.
        return _compensate(definition, _with(state, definition.steps[0], StepStatus.DONE))
    return _ask(state, definition.steps[0])


def _succeeded(
    definition: Definition, state: SagaState, name: str, out: dict[str, Any]
) -> Decision:
    now = state.of(name)
    if now.status is not StepStatus.REQUESTED:
        # Recorded, and never an advance: the step is being undone, or was counted already.
        late = now.status in (StepStatus.IN_DOUBT, StepStatus.UNDOING, StepStatus.UNDONE)
        return _put(state, name, replace(now, late_success=True)) if late else state, ()
    state = _put(state, name, replace(now, status=StepStatus.DONE, out=out))
    if state.status is not SagaStatus.RUNNING:
        return state, ()
    following = definition.after(name)
    if following is None:
        return replace(state, status=SagaStatus.COMPLETED), ()
    return _ask(state, following)


def _refused(
    definition: Definition, state: SagaState, name: str, code: str, detail: str
) -> Decision:
    if state.of(name).status is not StepStatus.REQUESTED or state.status is not SagaStatus.RUNNING:
        return state, ()
    step = definition.step(name)
    if step.retriable:
        return replace(state, status=SagaStatus.STUCK, failure=_failure(step, code, detail)), ()
    state = _put(state, name, replace(state.of(name), status=StepStatus.FAILED))
    return _turn_back(definition, state, _failure(step, code, detail))


def _undone(definition: Definition, state: SagaState, name: str) -> Decision:
    now = state.of(name)
    if now.status is not StepStatus.UNDOING:
        return state, ()
    return _compensate(definition, _put(state, name, replace(now, status=StepStatus.UNDONE)))


def _timed_out(
    definition: Definition, state: SagaState, name: str, undo: bool, attempt: int
) -> Decision:
    step, now = definition.step(name), state.of(name)
    expected = StepStatus.UNDOING if undo else StepStatus.REQUESTED
    if now.status is not expected or now.attempts != attempt:
        return state, ()
    detail = f"{step.undo if undo else step.action} was not answered in {step.timeout_seconds:g} s"
    if undo:
        if attempt >= UNDO_ATTEMPTS:
            return replace(state, status=SagaStatus.STUCK), ()
        return _ask_undo(state, step)
    if step.retriable:
        if attempt >= FORWARD_ATTEMPTS:
            failure = _failure(step, "step-timed-out", detail)
            return replace(state, status=SagaStatus.STUCK, failure=failure), ()
        return _ask(state, step)
    # Perhaps it was done: in doubt, so it is undone like one that was.
    state = _put(state, name, replace(now, status=StepStatus.IN_DOUBT))
    return _turn_back(definition, state, _failure(step, "step-timed-out", detail))


def _cancelled(definition: Definition, state: SagaState) -> Decision:
    if not can_cancel(definition, state):
        return state, ()
    if not state.steps:  # Not begun: remembered for when it does.
        return replace(state, failure=_CANCELLED), ()
    return _turn_back(definition, state, _CANCELLED)


def _turn_back(definition: Definition, state: SagaState, failure: Failure) -> Decision:
    return _compensate(definition, replace(state, status=SagaStatus.COMPENSATING, failure=failure))


def _compensate(definition: Definition, state: SagaState) -> Decision:
    """This undoes the last step that may have had an effect, one after another, in reverse."""
    for step in reversed(definition.steps):
        if step.undo and state.of(step.name).status in _TO_UNDO:
            fresh = replace(state.of(step.name), attempts=0)
            return _ask_undo(
                replace(_put(state, step.name, fresh), status=SagaStatus.COMPENSATING), step
            )
    return replace(state, status=SagaStatus.COMPENSATED), ()


def _ask(state: SagaState, step: Step) -> Decision:
    now = state.of(step.name)
    asked = replace(now, status=StepStatus.REQUESTED, attempts=now.attempts + 1)
    return _put(state, step.name, asked), (Do(step=step.name, attempt=asked.attempts),)


def _ask_undo(state: SagaState, step: Step) -> Decision:
    now = state.of(step.name)
    asked = replace(now, status=StepStatus.UNDOING, attempts=now.attempts + 1)
    return _put(state, step.name, asked), (Undo(step=step.name, attempt=asked.attempts),)


def _with(state: SagaState, step: Step, status: StepStatus) -> SagaState:
    return _put(state, step.name, replace(state.of(step.name), status=status))


def _put(state: SagaState, name: str, step: StepState) -> SagaState:
    return replace(state, steps={**state.steps, name: step})


def _failure(step: Step, code: str, detail: str) -> Failure:
    return Failure(code=code, detail=detail, step=step.name)
