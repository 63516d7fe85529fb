"""What makes a definition unsound: how it could leave something half-done. Pure.

Called when the class of a saga is made (`language`); docs/sagas.md lists the rules.
"""

from modules.kernel.sagas.definition import Definition, OnTimeout, Step, StepKind


class UnsoundSaga(ValueError):
    """This says why a definition could leave things half-done, and how to mend it."""


def refuse_unsound(definition: Definition) -> None:
    """This refuses a definition that could end half-done. Raises: UnsoundSaga."""
    pivots = [step.name for step in definition.steps if step.pivot]
    if len(pivots) > 1:
        raise UnsoundSaga(
            f"{definition.name}: {' and '.join(pivots)} are both pivots; after the first there "
            "is no way back, so there can be one only"
        )
    for step in definition.steps:
        _refuse_unknown_answers(definition, step)
        _refuse_contradictions(definition, step)
        if pivots and step.name != pivots[0]:
            _refuse_beside_pivot(definition, step, pivots[0])
        if step.kind is StepKind.COMMAND and not (step.undo or step.pivot or step.retriable):
            raise UnsoundSaga(
                f"{definition.name}: {step.name} comes before the pivot and has no undo; a "
                "failure after it would leave its effect behind"
            )
        if step.undo and step.kind is StepKind.COMMAND and not step.undone:
            raise UnsoundSaga(
                f"{definition.name}: {step.name} has an undo and nothing says when it is done; "
                "name the event in undone"
            )


def _refuse_unknown_answers(definition: Definition, step: Step) -> None:
    known = definition.before(step.name)
    needed = {
        **step.args,
        **{f"the key of {lock.name}": lock.key for lock in step.locks},
        **{one.read: one.expected for one in step.unchanged},
    }
    for field, reference in needed.items():
        if reference.step and reference.step not in known:
            raise UnsoundSaga(
                f"{definition.name}: {step.name} takes {field} from the answer of "
                f"{reference.step}, which may not be there yet; name it in after"
            )


def _refuse_contradictions(definition: Definition, step: Step) -> None:
    both = sorted({*step.success} & {*step.failure})
    if both:
        raise UnsoundSaga(
            f"{definition.name}: {both[0]} says of {step.name} that it was done and that it was "
            "not; give success and failure events of their own"
        )
    if step.pivot and step.retriable:
        raise UnsoundSaga(
            f"{definition.name}: the pivot {step.name} is retriable; the pivot is where it is "
            "decided whether the saga goes forward, so it must be able to say no"
        )
    if step.pivot and not step.undo and step.on_timeout is OnTimeout.UNDO:
        raise UnsoundSaga(
            f"{definition.name}: the pivot {step.name} has no undo, so when it is not answered it "
            "may have been done for good; give it an undo, or on_timeout=OnTimeout.ASK"
        )
    if step.retriable and step.on_timeout is OnTimeout.ASK:
        raise UnsoundSaga(
            f"{definition.name}: {step.name} is retriable, so it is asked for again anyway; "
            "leave on_timeout out"
        )


def _refuse_beside_pivot(definition: Definition, step: Step, pivot: str) -> None:
    if step.name in definition.before(pivot):
        if step.retriable:
            raise UnsoundSaga(
                f"{definition.name}: {step.name} comes before the pivot {pivot} and is retriable; "
                "it would be asked for again and again where turning back is still possible"
            )
    elif not step.retriable:
        where = "after" if pivot in definition.before(step.name) else "beside"
        raise UnsoundSaga(
            f"{definition.name}: {step.name} comes {where} the pivot {pivot} and is not "
            "retriable; nothing can be undone there, so it must be able to go forward"
        )
    elif pivot not in definition.before(step.name):
        raise UnsoundSaga(
            f"{definition.name}: {step.name} runs beside the pivot {pivot}; if the pivot is "
            "refused nobody would undo it, so let it come after"
        )
