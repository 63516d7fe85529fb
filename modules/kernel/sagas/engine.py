"""The engine: messages in, `decide`, commands and timers out; one transaction a step.

Called by the consumer of the saga's module; so lock, decision, new state, commands and
checkpoint commit together. A command's id is made of saga, instance, step and operation:
the same on every attempt, and what an answer refers to (``requestid``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import transaction

from modules.kernel.contracts import Conflict, Problem, contract_of
from modules.kernel.messaging.catalogue import UnknownMessage, message_class, register_message
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.envelope import Envelope
from modules.kernel.messaging.subscriptions import Handler, subscribe
from modules.kernel.messaging.unit_of_work import UnitOfWork, unit_of_work
from modules.kernel.sagas import asking, instances, isolation
from modules.kernel.sagas.decide import can_cancel, decide
from modules.kernel.sagas.definition import Definition, Step, StepKind
from modules.kernel.sagas.instances import Instance
from modules.kernel.sagas.language import Saga
from modules.kernel.sagas.requests import Request
from modules.kernel.sagas.state import (
    ENDS,
    CancelRequested,
    Do,
    Effect,
    Failure,
    Happening,
    LockTaken,
    Refused,
    SagaState,
    Started,
    StepStatus,
    Succeeded,
    TimedOut,
    Undo,
    UndoSucceeded,
)
from modules.kernel.sagas.timers import NoteLockFree, NoteTimeout

#: ``(instance_id, input, work) -> what later steps may refer to``; a `Problem` is a refusal.
LocalStep = Callable[[str, Any, UnitOfWork], Mapping[str, Any] | None]
#: ``(instance_id, input, failure, work)``.
LocalUndo = Callable[[str, Any, Failure, UnitOfWork], None]

_engines: dict[str, Engine] = {}


class PastPivot(Conflict):
    """This says that the saga has gone too far to be cancelled."""

    code = "saga-past-pivot"
    title = "It has gone too far to be cancelled"


class UnknownSaga(LookupError):
    """This says that no installed module has registered the saga."""


def register(module: str, saga: type[Saga], locals_: Mapping[str, Callable[..., Any]]) -> None:
    """This has the module's consumer run the saga.

    Raises:
        ValueError: a local step has no function.
    """
    # Their own modules may be made ready after this one, or run in another deployable.
    for one in saga.messages:
        register_message(one)
    run_by(Engine(saga, module, locals_))


def run_by(engine: Engine, *, consumer: str = "") -> None:
    """This has an engine hear what moves its instances.

    Args:
        consumer: the module's own, so that what the module hears itself comes before, unless
            another is named.
    """
    if engine.stored_as == engine.saga.name:
        _engines[engine.saga.name] = engine
    for contract_name, handler in engine.handlers().items():
        subscribe(
            consumer=consumer or engine.module,
            module=engine.module,
            message_class=message_class(contract_name, 1).cls,
            handler=Handler(record=handler, ahead=engine.ahead_of(contract_name)),
            # A part that is new knows nothing of the instances before it, and must not guess.
            from_now=bool(consumer),
        )


def request_cancel(work: UnitOfWork, saga: type[Saga], instance_id: str) -> None:
    """This has a saga undone, in the caller's transaction.

    Raises:
        PastPivot: it can only go forward now, or has ended.
        UnknownSaga: no module has registered the saga.
    """
    engine_of(saga.name).cancel(work, instance_id)


def engines() -> tuple[Engine, ...]:
    """This gives what runs the sagas that are registered, by name."""
    return tuple(engine for _, engine in sorted(_engines.items()))


def engine_of(saga: str) -> Engine:
    """This gives what runs a saga, by its name. Raises: UnknownSaga."""
    try:
        return _engines[saga]
    except KeyError:
        known = ", ".join(sorted(_engines)) or "none"
        raise UnknownSaga(f"no module has registered {saga!r}; known: {known}") from None


@dataclass(slots=True)
class Engine:
    """This runs all instances of one saga."""

    saga: type[Saga]
    module: str
    locals: Mapping[str, Callable[..., Any]]

    @property
    def stored_as(self) -> str:
        """This is the name that instances are stored under."""
        return self.saga.name

    def __post_init__(self) -> None:
        for step in self.saga.definition.steps:
            if step.kind is StepKind.LOCAL:
                for name in filter(None, (step.action, step.undo)):
                    self._refuse_unknown(name)
            for one in step.unchanged:
                self._refuse_unknown(one.read)

    def lacks(self, definition: Definition) -> list[str]:
        """This gives what a definition, perhaps an old one, needs and this code does not have."""
        names: set[str] = set()
        for step in definition.steps:
            names |= {one.read for one in step.unchanged} - {*self.locals}
            names |= {*step.success, *step.failure, *step.undone} - {*self.handlers()}
            if step.kind is StepKind.LOCAL:
                names |= {step.action, step.undo} - {"", *self.locals}
            else:
                wanted = ((step.action, step.action_version), (step.undo, step.undo_version))
                names |= {
                    f"{name} v{version}" for name, version in wanted if _is_unknown(name, version)
                }
        return sorted(names)

    def _function(self, name: str) -> Callable[..., Any]:
        try:
            return self.locals[name]
        except KeyError:
            raise LookupError(
                f"{self.saga.name}: an instance needs the function {name!r}, which is not given "
                "to module.saga any more; give it again until `manage.py sagas check` is content"
            ) from None

    def _refuse_unknown(self, name: str) -> None:
        if name not in self.locals:
            raise ValueError(f"{self.saga.name}: no function was given for {name!r}")

    def handlers(self) -> dict[str, Callable[[Any, Delivery], None]]:
        """This gives the handler of each message that can move an instance."""
        made: dict[str, Callable[[Any, Delivery], None]] = {
            self.saga.definition.input: self.on_input,
            contract_of(NoteTimeout).name: self.on_timeout,
            contract_of(NoteLockFree).name: self.on_lock_free,
        }
        for step in self.saga.definition.steps:
            for name in (*step.success, *step.failure, *step.undone):
                made[name] = self.on_answer
        made |= {contract_of(one).name: self.on_answer for one in self.saga.formerly}
        return made

    def ahead_of(self, name: str) -> Callable[[Sequence[Envelope]], None]:
        """This gives what reads the instances of a batch of messages of the name at once."""
        return self._make_ahead if name == self.saga.definition.input else self._load_ahead

    def _make_ahead(self, envelopes: Sequence[Envelope]) -> None:
        with unit_of_work(self.module) as work:
            instances.make_ahead(
                work, self.stored_as, self.saga.definition, {one.key for one in envelopes}
            )

    def _load_ahead(self, envelopes: Sequence[Envelope]) -> None:
        requests = (Request.parse(one.headers.get("requestid", "")) for one in envelopes)
        wanted = {one.instance_id for one in requests if one and one.saga == self.saga.name}
        with unit_of_work(self.module) as work:
            instances.load_ahead(work, self.stored_as, wanted)

    def on_input(self, message: object, delivery: Delivery) -> None:
        """This starts an instance; a second input of one id changes nothing."""
        happened = Started(input=msgspec.to_builtins(message))
        with unit_of_work(self.module) as work:
            instance = instances.make(
                work, self.stored_as, self.saga.definition, delivery.envelope.key
            )
            self._move(work, instance, happened)

    def on_answer(self, message: object, delivery: Delivery) -> None:
        """This takes an answer to a command of ours; others' answers are not for us."""
        request = Request.parse(delivery.request_id)
        if request is None or request.saga != self.saga.name:
            return
        with unit_of_work(self.module) as work:
            instance = instances.load(work, self.stored_as, request.instance_id)
            if instance is None:
                return
            happened = asking.answer_to(instance.definition.step(request.step), request, message)
            if happened is not None:
                self._move(work, instance, happened)

    def on_timeout(self, message: NoteTimeout, delivery: Delivery) -> None:
        """This notes that an answer is overdue."""
        if message.saga != self.saga.name:
            return
        happened = TimedOut(step=message.step, undo=message.undo, attempt=message.attempt)
        with unit_of_work(self.module) as work:
            instance = instances.load(work, self.stored_as, message.instance_id)
            if instance is not None:
                self._move(work, instance, happened)

    def on_lock_free(self, message: NoteLockFree, delivery: Delivery) -> None:
        """This asks for a step that has waited for a lock, or has it wait on for another."""
        if message.saga != self.saga.name:
            return
        with unit_of_work(self.module) as work:
            instance = instances.load(work, self.stored_as, message.instance_id)
            if instance is None:
                return
            step, now = instance.definition.step(message.step), instance.state.of(message.step)
            if not self._does(step):
                return
            if now.status is not StepStatus.REQUESTED:
                # Turned back meanwhile: nobody but the one who was told can tell the next.
                isolation.pass_on(work, instance, step)
                return
            # One that was overtaken is still the same attempt: it waits no longer than its time.
            if not isolation.waits_for_lock(work, instance, instance.state, step):
                self.advance(work, instance, LockTaken(step=step.name, attempt=now.attempts))

    def cancel(self, work: UnitOfWork, instance_id: str) -> None:
        """This undoes an instance; one that has not begun is remembered as cancelled."""
        instance = instances.make(work, self.stored_as, self.saga.definition, instance_id)
        if not can_cancel(instance.definition, instance.state):
            raise PastPivot(f"{self.saga.name} {instance_id} can only go forward now")
        self.advance(work, instance, CancelRequested())

    def advance(self, work: UnitOfWork, instance: Instance, happened: Happening) -> None:
        """This has an instance moved by what is no message: an operator, or a cancellation."""
        self._move(work, instance, happened)

    def _move(self, work: UnitOfWork, instance: Instance, happened: Happening) -> None:
        """This decides, and carries the decision out; a local step is part of the decision."""
        state = instance.state
        waiting: list[Happening] = [happened]
        while waiting:
            state, effects = decide(instance.definition, state, waiting.pop(0))
            for effect in effects:
                answer = self._carry_out(work, instance, state, effect)
                if answer is not None:
                    waiting.append(answer)
        if state != instance.state:
            asking.cancel_timers(work, instance, state)
            instances.save(work, instance, state)
        if state.status in ENDS and any(step.locks for step in instance.definition.steps):
            isolation.let_go(work, saga=instance.definition.name, instance_id=instance.instance_id)

    def _does(self, step: Step) -> bool:
        """This tells whether a step is for this one to ask for."""
        return True

    def _carry_out(
        self, work: UnitOfWork, instance: Instance, state: SagaState, effect: Effect
    ) -> Happening | None:
        step = instance.definition.step(effect.step)
        if isinstance(effect, Do) and (step.locks or step.unchanged):
            hindrance = self._hindrance(work, instance, state, step)
            if hindrance is not None:
                return hindrance
            if isolation.waits_for_lock(work, instance, state, step):
                asking.remind(work, instance, state, effect, step)
                return None
        if step.kind is StepKind.LOCAL:
            return self._run_local(work, instance, state, effect, step)
        asking.send(work, instance, state, effect, step)
        return None

    def _hindrance(
        self, work: UnitOfWork, instance: Instance, state: SagaState, step: Step
    ) -> Refused | None:
        given: Any = msgspec.convert(state.input, self.saga.input)
        for one in step.unchanged:
            was = one.expected.resolve(state.input, state.outs)
            now = msgspec.to_builtins(self._function(one.read)(instance.instance_id, given, work))
            if now != was:
                detail = f"{one.read} gave {was!r} before, and gives {now!r} now"
                return Refused(step=step.name, code="changed-meanwhile", detail=detail)
        for lock in step.locks:
            if not lock.wait and not isolation.take_for(work, instance, state, lock):
                detail = f"another saga holds the {lock.name}; try again when it has ended"
                return Refused(step=step.name, code="locked", detail=detail)
        return None

    def _run_local(
        self,
        work: UnitOfWork,
        instance: Instance,
        state: SagaState,
        effect: Effect,
        step: Step,
    ) -> Happening:
        given: Any = msgspec.convert(state.input, self.saga.input)
        if isinstance(effect, Undo):
            assert state.failure is not None, "a saga turns back for a reason"
            self._function(step.undo)(instance.instance_id, given, state.failure, work)
            return UndoSucceeded(step=step.name)
        try:
            # A savepoint: what a refused step has written goes, and the transaction goes on.
            with transaction.atomic(using=work.database):
                out = self._function(step.action)(instance.instance_id, given, work)
        except Problem as problem:
            return Refused(step=step.name, code=problem.code, detail=problem.detail)
        return Succeeded(step=step.name, out=msgspec.to_builtins(dict(out or {})))


def _is_unknown(name: str, version: int) -> bool:
    try:
        message_class(name, version)
    except UnknownMessage:
        return bool(name)
    return False
