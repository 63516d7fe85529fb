"""What comes next: a pure function of the definition, the state and what has happened.

No database, no clock, no message: everything a saga can do wrong is decided here, where
it can be tried in every order.
"""

from dataclasses import replace
from typing import Any

from modules.kernel.sagas.definition import Definition, OnTimeout, Step
from modules.kernel.sagas.state import (
    CancelRequested,
    Do,
    Effect,
    Failure,
    Happening,
    LockTaken,
    Refused,
    RetryRequested,
    SagaState,
    SagaStatus,
    SettledByOperator,
    Started,
    StepState,
    StepStatus,
    Succeeded,
    TimedOut,
    Undo,
    UndoSucceeded,
)

_CANCELLED = Failure(code="cancelled", detail="cancelled on request", step="", cancelled=True)

#: Steps in these states may have had their effect, and nobody has asked to undo it yet.
_TO_UNDO = (StepStatus.REQUESTED, StepStatus.DONE, StepStatus.IN_DOUBT)

Decision = tuple[SagaState, tuple[Effect, ...]]


def decide(definition: Definition, state: SagaState, happened: Happening) -> Decision:
    """This gives the state after what has happened, and what is to be done about it.

    What is late, doubled or out of order changes nothing but the record.
    """
    match happened:
        case Started(input=given):
            return _started(definition, state, given)
        case Succeeded(step=name, out=out):
            return _succeeded(definition, state, name, out)
        case Refused(step=name, code=code, detail=detail):
            return _refused(definition, state, name, code, detail)
        case UndoSucceeded(step=name):
            if state.of(name).status in (StepStatus.UNDOING, StepStatus.STUCK):
                return _go_back(definition, _mark(state, name, StepStatus.UNDONE))
            return state, ()
        case TimedOut(step=name, undo=undo, attempt=attempt):
            return _timed_out(definition, state, name, undo, attempt)
        case LockTaken(step=name, attempt=attempt):
            return _lock_taken(definition, state, name, attempt)
        case CancelRequested():
            return _cancelled(definition, state)
        case RetryRequested(step=name):
            return _retried(definition, state, name)
        case SettledByOperator(step=name):
            return _settled(definition, state, name)


def can_cancel(definition: Definition, state: SagaState) -> bool:
    """This is true until the pivot has been asked for."""
    return state.status is SagaStatus.RUNNING and not any(
        step.pivot and state.of(step.name).status is not StepStatus.PENDING
        for step in definition.steps
    )


def _started(definition: Definition, state: SagaState, given: dict[str, Any]) -> Decision:
    if state.steps:
        return state, ()
    state = replace(state, input=given)
    if state.failure is not None:
        # Cancelled before it began: the first step's undo tells the world that it ended so.
        return _go_back(definition, _mark(state, definition.steps[0].name, StepStatus.DONE))
    return _go_on(definition, state)


def _succeeded(
    definition: Definition, state: SagaState, name: str, out: dict[str, Any]
) -> Decision:
    now = state.of(name)
    if now.status is StepStatus.REQUESTED or (now.status is StepStatus.STUCK and not now.undoing):
        state = _put(_not_stuck(state), name, replace(now, status=StepStatus.DONE, out=out))
        return _go_on(definition, state)
    # Recorded, and never an advance: the step is being undone, or was counted already.
    if now.status in (StepStatus.IN_DOUBT, StepStatus.UNDOING, StepStatus.UNDONE):
        return _put(state, name, replace(now, late_success=True)), ()
    return state, ()


def _refused(
    definition: Definition, state: SagaState, name: str, code: str, detail: str
) -> Decision:
    if state.of(name).status is not StepStatus.REQUESTED:
        return state, ()
    failure = Failure(code=code, detail=detail, step=name)
    if definition.step(name).retriable:
        return _stick(definition, state, name, failure)
    return _turn_back(definition, _mark(state, name, StepStatus.FAILED), failure)


def _timed_out(
    definition: Definition, state: SagaState, name: str, undo: bool, attempt: int
) -> Decision:
    step, now = definition.step(name), state.of(name)
    expected = StepStatus.UNDOING if undo else StepStatus.REQUESTED
    if now.status is not expected or now.attempts != attempt:
        return state, ()
    failure = Failure(
        code="step-timed-out",
        detail=f"{step.undo if undo else step.action} was not answered in "
        f"{step.seconds_for(attempt - now.attempts_forgiven, undo=undo):g} s",
        step=name,
    )
    # A pivot that nothing undoes must be heard of, or be looked after by an operator.
    may_turn_back = not (undo or step.retriable or (step.pivot and not step.undo))
    given_up = step.is_given_up(attempt - now.attempts_forgiven, undo=undo)
    if may_turn_back and (given_up or step.on_timeout is OnTimeout.UNDO):
        # Perhaps it was done: in doubt, so it is undone like one that was.
        return _turn_back(definition, _mark(state, name, StepStatus.IN_DOUBT), failure)
    if given_up:
        return _stick(definition, state, name, failure)
    return _ask(state, step, undo=undo)


def _lock_taken(definition: Definition, state: SagaState, name: str, attempt: int) -> Decision:
    now = state.of(name)
    if now.status is not StepStatus.REQUESTED or now.attempts != attempt:
        return state, ()
    # Another attempt than the one that waited: the reminder of the wait, which may be on its way,
    # is then too late to mean what is asked for now.
    return _ask_anew(definition, state, name, undo=False)


def _cancelled(definition: Definition, state: SagaState) -> Decision:
    if not can_cancel(definition, state):
        return state, ()
    if not state.steps:  # Not begun: remembered for when it does.
        return replace(state, failure=_CANCELLED), ()
    return _turn_back(definition, state, _CANCELLED)


def _retried(definition: Definition, state: SagaState, name: str) -> Decision:
    now = state.of(name)
    if now.status is not StepStatus.STUCK:
        return state, ()
    return _ask_anew(definition, _not_stuck(state), name, undo=now.undoing)


def _settled(definition: Definition, state: SagaState, name: str) -> Decision:
    now = state.of(name)
    if now.status is not StepStatus.STUCK:
        return state, ()
    state = _not_stuck(state)
    if now.undoing:
        return _go_back(definition, _mark(state, name, StepStatus.UNDONE))
    return _go_on(definition, _mark(state, name, StepStatus.DONE))


def _turn_back(definition: Definition, state: SagaState, failure: Failure) -> Decision:
    if state.status is not SagaStatus.RUNNING:  # Another step has turned it back already.
        return _go_back(definition, state)
    return _go_back(definition, replace(state, status=SagaStatus.COMPENSATING, failure=failure))


def _stick(definition: Definition, state: SagaState, name: str, failure: Failure) -> Decision:
    """This leaves a step to an operator; everything that does not wait for it goes on."""
    state = _mark(state, name, StepStatus.STUCK)
    if state.of(name).undoing:
        return _go_back(definition, state)
    return _go_on(definition, replace(state, failure=state.failure or failure))


def _go_on(definition: Definition, state: SagaState) -> Decision:
    """This asks for every step whose turn has come, or ends the saga."""
    if state.status is not SagaStatus.RUNNING:
        # Done while the saga turns back: what has now been done is to be undone.
        return _go_back(definition, state)
    effects: tuple[Effect, ...] = ()
    for step in definition.steps:
        if state.of(step.name).status is StepStatus.PENDING and all(
            state.of(one).status is StepStatus.DONE for one in step.after
        ):
            state, asked = _ask(state, step, undo=False)
            effects += asked
    statuses = {state.of(step.name).status for step in definition.steps}
    if statuses == {StepStatus.DONE}:
        return replace(state, status=SagaStatus.COMPLETED, failure=None), effects
    if StepStatus.STUCK in statuses and StepStatus.REQUESTED not in statuses:
        return replace(state, status=SagaStatus.STUCK), effects
    return state, effects


def _go_back(definition: Definition, state: SagaState) -> Decision:
    """This asks for every undo whose turn has come, in reverse, or ends the saga."""
    state = replace(state, status=SagaStatus.COMPENSATING)
    effects: tuple[Effect, ...] = ()
    for step in reversed(definition.steps):
        if (
            step.undo
            and state.of(step.name).status in _TO_UNDO
            and _nothing_left_after(definition, state, step)
        ):
            state, asked = _ask(
                _put(
                    state,
                    step.name,
                    replace(state.of(step.name), attempts=0, attempts_forgiven=0),
                ),
                step,
                undo=True,
            )
            effects += asked
    statuses = {state.of(step.name).status for step in definition.steps}
    if StepStatus.UNDOING in statuses:
        return state, effects
    stuck = StepStatus.STUCK in statuses
    return replace(state, status=SagaStatus.STUCK if stuck else SagaStatus.COMPENSATED), effects


def _nothing_left_after(definition: Definition, state: SagaState, step: Step) -> bool:
    """This is true once all that was built on the step has been undone, or is stuck."""
    for follower in definition.followers(step.name):
        status = state.of(follower.name).status
        if status is StepStatus.UNDOING or (follower.undo and status in _TO_UNDO):
            return False
        if not _nothing_left_after(definition, state, follower):
            return False
    return True


def _ask(state: SagaState, step: Step, *, undo: bool) -> Decision:
    now = state.of(step.name)
    asked = replace(
        now,
        status=StepStatus.UNDOING if undo else StepStatus.REQUESTED,
        attempts=now.attempts + 1,
        undoing=undo,
    )
    effect = Undo if undo else Do
    return _put(state, step.name, asked), (effect(step=step.name, attempt=asked.attempts),)


def _ask_anew(definition: Definition, state: SagaState, name: str, *, undo: bool) -> Decision:
    """This asks as if for the first time."""
    now = state.of(name)
    # Counted on, not from the start: an attempt's number is part of its message's id.
    patient = replace(now, attempts_forgiven=now.attempts)
    return _ask(_put(state, name, patient), definition.step(name), undo=undo)


def _not_stuck(state: SagaState) -> SagaState:
    """This has a saga that is stuck go on the way it was going: forward, or back."""
    if state.status is not SagaStatus.STUCK:
        return state
    was_cancelled = state.failure is not None and state.failure.cancelled
    turned_back = was_cancelled or any(
        step.undoing or step.status in (StepStatus.FAILED, StepStatus.IN_DOUBT)
        for step in state.steps.values()
    )
    return replace(state, status=SagaStatus.COMPENSATING if turned_back else SagaStatus.RUNNING)


def _mark(state: SagaState, name: str, status: StepStatus) -> SagaState:
    return _put(state, name, replace(state.of(name), status=status))


def _put(state: SagaState, name: str, step: StepState) -> SagaState:
    return replace(state, steps={**state.steps, name: step})
