"""Asking for a step or its undo: the command, the reminder that it is overdue, the answer.

Called by the engine, in the transaction of a step. A command's id is made of saga, instance,
step, operation and attempt, so that it is the same wherever it is made.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import msgspec

from modules.kernel.contracts import contract_of
from modules.kernel.messaging.catalogue import message_class
from modules.kernel.messaging.unit_of_work import UnitOfWork
from modules.kernel.sagas.definition import Step
from modules.kernel.sagas.instances import Instance
from modules.kernel.sagas.requests import Request
from modules.kernel.sagas.state import (
    Effect,
    Happening,
    Refused,
    SagaState,
    StepStatus,
    Succeeded,
    Undo,
    UndoSucceeded,
)
from modules.kernel.sagas.timers import NoteTimeout


def send(
    work: UnitOfWork, instance: Instance, state: SagaState, effect: Effect, step: Step
) -> None:
    """This sends the command of a step, or of its undo, and schedules the reminder."""
    undo = isinstance(effect, Undo)
    request = Request(instance.definition.name, instance.instance_id, step.name, undo)
    name, version = (step.undo, step.undo_version) if undo else (step.action, step.action_version)
    args = step.undo_args if undo else step.args
    values = {field: ref.resolve(state.input, state.outs) for field, ref in args.items()}
    work.append(
        msgspec.convert(values, message_class(name, version).cls),
        message_id=request.message_id(effect.attempt),
        request_id=str(request),
    )
    remind(work, instance, state, effect, step)


def remind(
    work: UnitOfWork, instance: Instance, state: SagaState, effect: Effect, step: Step
) -> None:
    """This schedules the reminder that an attempt should have been answered."""
    if not step.timeout_seconds:
        return
    undo = isinstance(effect, Undo)
    request = Request(instance.definition.name, instance.instance_id, step.name, undo)
    attempt = effect.attempt - state.of(step.name).attempts_forgiven
    work.schedule(
        NoteTimeout(
            saga=instance.definition.name,
            instance_id=instance.instance_id,
            step=step.name,
            undo=undo,
            attempt=effect.attempt,
        ),
        after=timedelta(seconds=step.seconds_for(attempt, undo=undo)),
        message_id=request.timer_id(effect.attempt),
    )


def cancel_timers(work: UnitOfWork, instance: Instance, after: SagaState) -> None:
    """This takes back the reminders of attempts that are over."""
    for step in instance.definition.steps:
        was, now = instance.state.of(step.name), after.of(step.name)
        if not step.timeout_seconds or (was.status, was.attempts) == (now.status, now.attempts):
            continue
        for status, undo in ((StepStatus.REQUESTED, False), (StepStatus.UNDOING, True)):
            if was.status is status:
                request = Request(instance.definition.name, instance.instance_id, step.name, undo)
                work.cancel(request.timer_id(was.attempts))


def answer_to(step: Step, request: Request, message: object) -> Happening | None:
    """This tells what an answer means for a step; None where it means nothing to it."""
    name = contract_of(message).name
    if request.undo:
        return UndoSucceeded(step=step.name) if name in step.undone else None
    if name in step.success:
        return Succeeded(step=step.name, out=cast(dict[str, Any], msgspec.to_builtins(message)))
    if name in step.failure:
        return Refused(
            step=step.name,
            code=getattr(message, "code", name),
            detail=getattr(message, "detail", ""),
        )
    return None
