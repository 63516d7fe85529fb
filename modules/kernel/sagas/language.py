"""How a saga is written down: a class of steps, compiled when it is defined.

    class Checkout(Saga):
        name, version, input = "ordering.checkout", 1, OrderPlaced

        reserve = command(ReserveStock, success=StockReserved, failure=(StockRefused,),
                          undo=ReleaseStock, undone=StockReleased)
        capture = command(CapturePayment, success=PaymentCaptured, pivot=True)
        fulfil = local("ordering.fulfil", retriable=True)

A definition that could end half-done is refused when the class is made (`UnsoundSaga`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, ClassVar, cast

from modules.kernel.contracts import contract_of
from modules.kernel.sagas.definition import (
    DEFAULT_RETRY,
    Definition,
    OnTimeout,
    Retry,
    SemanticLock,
    Step,
    StepKind,
    Unchanged,
)
from modules.kernel.sagas.linter import UnsoundSaga, refuse_unsound
from modules.kernel.sagas.references import I, Reference

#: After which a command that was not answered is in doubt.
DEFAULT_TIMEOUT_SECONDS = 60.0


@dataclass(slots=True)
class StepDeclaration:
    """This is a step as it is written in the class, before its name is known."""

    kind: StepKind
    action: Any
    args: Mapping[str, Reference] | None
    success: tuple[type, ...]
    failure: tuple[type, ...]
    undo: Any
    undone: tuple[type, ...]
    timeout_seconds: float
    pivot: bool
    retriable: bool
    after: Sequence[Any] | None
    on_timeout: OnTimeout = OnTimeout.UNDO
    retry: Retry = DEFAULT_RETRY
    undo_retry: Retry = DEFAULT_RETRY
    isolation: Sequence[Lock | Unmoved] = ()
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @property
    def out(self) -> StepOut:
        """This refers to what the step answers: ``agree.out.total_minor``."""
        return StepOut(self)


@dataclass(frozen=True, slots=True)
class StepOut:
    """This is the answer of a step whose name is not known yet, and a path into it."""

    declaration: StepDeclaration
    path: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> StepOut:
        if name.startswith("_"):
            raise AttributeError(name)
        return StepOut(self.declaration, (*self.path, name))


@dataclass(frozen=True, slots=True)
class Lock:
    """This is a `SemanticLock` as it is written in the class."""

    name: str
    key: Any
    wait: bool


@dataclass(frozen=True, slots=True)
class Unmoved:
    """This is an `Unchanged` as it is written in the class."""

    read: str
    expected: Any


def semantic_lock(name: str, key: Any, *, wait: bool = True) -> Lock:
    """This keeps other sagas away from ``name`` ``key`` until this one has ended.

    Args:
        key: a reference, such as ``I.order_id``.
        wait: a step that finds it held waits, at the most its timeout; else it is refused.
    """
    return Lock(name, key, wait)


def unchanged(read: str, expected: Any) -> Unmoved:
    """This reads a value again before the step, and refuses the step where it has changed.

    Args:
        read: name of a local function ``(instance_id, input, work) -> value``.
        expected: a reference to the value that the saga has gone by, such as ``quote.out.rate``.
    """
    return Unmoved(read, expected)


def command(
    action: type,
    *,
    success: type | tuple[type, ...],
    failure: tuple[type, ...] = (),
    args: Mapping[str, Any] | None = None,
    undo: type | None = None,
    undone: type | tuple[type, ...] = (),
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS,
    on_timeout: OnTimeout = OnTimeout.UNDO,
    retry: Retry = DEFAULT_RETRY,
    undo_retry: Retry = DEFAULT_RETRY,
    isolation: Sequence[Lock | Unmoved] = (),
    pivot: bool = False,
    retriable: bool = False,
    after: Sequence[Any] | None = None,
) -> Any:
    """This is a step that another module does when it is sent a command.

    Args:
        action: the command's class.
        success: the events that say it was done.
        failure: the events that say it was not done; each has ``code`` and ``detail``.
        args: where each field of the command comes from; by default the field of the same
            name of the input.
        undo: the command that undoes it; its fields come from the input.
        undone: the events that say so.
        on_timeout: before the pivot, whether a step not answered is undone or asked for again.
        retry, undo_retry: for how long it, or its undo, is asked for.
        isolation: what keeps other sagas away, or notices them: `semantic_lock`, `unchanged`.
        after: the steps it waits for; by default the one written before it, so that steps
            run side by side only where this says so.
    """
    return StepDeclaration(
        kind=StepKind.COMMAND,
        action=action,
        args=args,
        success=success if isinstance(success, tuple) else (success,),
        failure=failure,
        undo=undo,
        undone=undone if isinstance(undone, tuple) else (undone,),
        timeout_seconds=timeout_seconds,
        on_timeout=on_timeout,
        retry=retry,
        undo_retry=undo_retry,
        isolation=isolation,
        pivot=pivot,
        retriable=retriable,
        after=after,
    )


def local(
    action: str,
    *,
    undo: str = "",
    isolation: Sequence[Lock | Unmoved] = (),
    retriable: bool = False,
    after: Sequence[Any] | None = None,
) -> Any:
    """This is a step that the saga's own module does, in the transaction of its progress.

    Args:
        action: name under which the function was given to ``module.saga(…, locals=…)``.
        undo: name of the function that undoes it.
        isolation: as with `command`.
    """
    return StepDeclaration(
        kind=StepKind.LOCAL,
        action=action,
        args=None,
        success=(),
        failure=(),
        undo=undo,
        undone=(),
        timeout_seconds=0.0,
        isolation=isolation,
        pivot=False,
        retriable=retriable,
        after=after,
    )


class Saga:
    """This is the base of a saga; each subclass is compiled into its `definition`.

    Attributes:
        formerly: the answers that instances of earlier forms may still wait for; without
            them nobody would hear what those are told (`manage.py sagas check`).
        messages: every class that the definition names: its input, commands and answers.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    input: ClassVar[type]
    formerly: ClassVar[tuple[type, ...]] = ()
    definition: ClassVar[Definition]
    messages: ClassVar[tuple[type, ...]]

    def __init_subclass__(cls) -> None:
        declared = [value for value in vars(cls).values() if isinstance(value, StepDeclaration)]
        cls.definition = Definition(
            name=cls.name,
            version=cls.version,
            input=contract_of(cls.input).name,
            steps=tuple(
                _compile(declaration, cls.input, previous.name if previous else "")
                for previous, declaration in pairwise([None, *declared])
                if declaration is not None
            ),
        )
        refuse_unsound(cls.definition)
        named = [cls.input, *cls.formerly]
        for one in declared:
            named += [one.action, one.undo, *one.success, *one.failure, *one.undone]
        cls.messages = tuple(dict.fromkeys(one for one in named if isinstance(one, type)))


def _compile(declared: StepDeclaration, source: type, previous: str) -> Step:
    if declared.after is not None:
        after = tuple(step.name for step in declared.after)
    else:
        after = (previous,) if previous else ()
    if declared.kind is StepKind.LOCAL:
        return Step(
            name=declared.name,
            # It runs at once: only for a lock does it ever wait.
            timeout_seconds=DEFAULT_TIMEOUT_SECONDS if declared.isolation else 0.0,
            kind=StepKind.LOCAL,
            after=after,
            action=declared.action,
            args={},
            undo=declared.undo,
            undo_args={},
            **_isolation(declared),
            retriable=declared.retriable,
        )
    action = contract_of(declared.action)
    undo = contract_of(declared.undo) if declared.undo else None
    return Step(
        name=declared.name,
        kind=StepKind.COMMAND,
        after=after,
        action=action.name,
        action_version=action.version,
        args=_arguments(declared, declared.action, declared.args, source),
        success=tuple(contract_of(event).name for event in declared.success),
        failure=tuple(contract_of(event).name for event in declared.failure),
        undo=undo.name if undo else "",
        undo_version=undo.version if undo else 1,
        undo_args=_arguments(declared, declared.undo, None, source) if undo else {},
        undone=tuple(contract_of(event).name for event in declared.undone),
        timeout_seconds=declared.timeout_seconds,
        on_timeout=declared.on_timeout,
        retry=declared.retry,
        undo_retry=declared.undo_retry,
        **_isolation(declared),
        pivot=declared.pivot,
        retriable=declared.retriable,
    )


def _isolation(declared: StepDeclaration) -> dict[str, Any]:
    locks = [one for one in declared.isolation if isinstance(one, Lock)]
    rereads = [one for one in declared.isolation if isinstance(one, Unmoved)]
    return {
        "locks": tuple(
            SemanticLock(name=one.name, key=_reference(one.key), wait=one.wait) for one in locks
        ),
        "unchanged": tuple(
            Unchanged(read=one.read, expected=_reference(one.expected)) for one in rereads
        ),
    }


def _reference(given: Any) -> Reference:
    return (
        Reference(given.declaration.name, given.path)
        if isinstance(given, StepOut)
        else cast(Reference, given)
    )


def _arguments(
    declared: StepDeclaration, target: type, args: Mapping[str, Any] | None, source: type
) -> dict[str, Reference]:
    known = {field.name for field in fields(source)}
    made: dict[str, Reference] = {}
    for field in fields(target):
        given = (args or {}).get(field.name)
        if isinstance(given, StepOut | Reference):
            made[field.name] = _reference(given)
        elif field.name in known:
            made[field.name] = Reference(I.step, (field.name,))
        else:
            raise UnsoundSaga(
                f"step {declared.name}: nothing says where {target.__name__}.{field.name} comes "
                f"from; the input {source.__name__} has no field of that name, so name it in args"
            )
    return made
