"""What an operator does to sagas; each action leaves a line in the audit trail (P5).

Called by `manage.py sagas` and the console. A saga is named by its name and its instance's
id, a step by its name in the definition.
"""

from modules.kernel.contracts import Conflict, NotFound
from modules.kernel.messaging.models import OperatorAction
from modules.kernel.messaging.unit_of_work import UnitOfWork, unit_of_work
from modules.kernel.sagas import instances
from modules.kernel.sagas.engine import Engine, engine_of
from modules.kernel.sagas.instances import Instance
from modules.kernel.sagas.state import RetryRequested, SettledByOperator, StepStatus


class UnknownInstance(NotFound):
    """This says that there is no such saga."""

    code = "unknown-saga-instance"
    title = "No such saga"


class NotStuck(Conflict):
    """This says that the step goes on by itself, has ended, or is none of the saga's."""

    code = "saga-step-not-stuck"
    title = "The step is not stuck"


def retry(*, saga: str, instance_id: str, step: str, operator: str) -> None:
    """This has a stuck step, or its undo, asked for again. Raises: UnknownInstance, NotStuck."""
    engine = engine_of(saga)
    with unit_of_work(engine.module) as work:
        instance = _stuck(work, engine, instance_id, step)
        _note(work, operator, "retry", f"{saga} {instance_id} {step}", "")
        engine.advance(work, instance, RetryRequested(step=step))


def settle(*, saga: str, instance_id: str, step: str, operator: str, reason: str) -> None:
    """This says that a stuck step, or its undo, has been done by hand, or need not be.

    Raises:
        UnknownInstance, NotStuck
        ValueError: no reason was given.
    """
    if not reason.strip():
        raise ValueError("say why: what a saga left undone is settled with a reason only")
    engine = engine_of(saga)
    with unit_of_work(engine.module) as work:
        instance = _stuck(work, engine, instance_id, step)
        _note(work, operator, "settle", f"{saga} {instance_id} {step}", reason)
        engine.advance(work, instance, SettledByOperator(step=step))


def cancel(*, saga: str, instance_id: str, operator: str) -> None:
    """This has a running saga undone. Raises: UnknownInstance, PastPivot."""
    engine = engine_of(saga)
    with unit_of_work(engine.module) as work:
        _find(work, engine, instance_id)
        _note(work, operator, "cancel", f"{saga} {instance_id}", "")
        engine.cancel(work, instance_id)


def _stuck(work: UnitOfWork, engine: Engine, instance_id: str, step: str) -> Instance:
    instance = _find(work, engine, instance_id)
    names = [one.name for one in instance.definition.steps]
    if step not in names:
        said = f"{engine.saga.name} {instance_id} has no step {step!r}; steps: {', '.join(names)}"
        raise NotStuck(said)
    status = instance.state.of(step).status
    if status is not StepStatus.STUCK:
        raise NotStuck(f"{step} of {engine.saga.name} {instance_id} is {status}, not stuck")
    return instance


def _find(work: UnitOfWork, engine: Engine, instance_id: str) -> Instance:
    instance = instances.load(work, engine.saga.name, instance_id)
    if instance is None:
        raise UnknownInstance(f"there is no {engine.saga.name} {instance_id}")
    return instance


def _note(work: UnitOfWork, operator: str, action: str, subject: str, reason: str) -> None:
    OperatorAction.objects.using(work.database).create(
        operator=operator, action=f"sagas.{action}", subject=subject, reason=reason
    )
