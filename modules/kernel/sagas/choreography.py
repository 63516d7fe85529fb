"""The choreographed form of a saga, derived from its definition: nobody leads.

Each module that does a step has a part. A part hears every message of an instance, decides on
them with the same `decide` as the engine does, on a copy of the state of its own, and carries
out only what is its module's: it asks its module for the step. What is no message (a local
step's outcome, a cancellation, an operator's word) is told to all parts. So every part comes
to the same decisions, because all of them hear the same in the same order.

That order is the log's, for one key. So all modules of the saga must share one log; where they
do not, the orchestrated form is the one to choose.

Source: the state machine approach, F. B. Schneider, "Implementing Fault-Tolerant Services
Using the State Machine Approach" (1990); choreographed sagas, C. Richardson, "Microservices
Patterns" (2018), chapter 4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from modules.kernel.contracts import contract_of
from modules.kernel.messaging.catalogue import register_message
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.unit_of_work import UnitOfWork, database_of_module, unit_of_work
from modules.kernel.sagas import instances, state
from modules.kernel.sagas.decide import can_cancel
from modules.kernel.sagas.definition import Step, StepKind
from modules.kernel.sagas.engine import Engine, PastPivot, run_by
from modules.kernel.sagas.instances import Instance
from modules.kernel.sagas.language import Saga
from modules.kernel.sagas.state import CancelRequested, Effect, Happening, SagaState
from modules.kernel.sagas.timers import NoteHappening

_HAPPENINGS: dict[str, type[Any]] = {
    one.__name__: one
    for one in (
        state.Succeeded,
        state.Refused,
        state.UndoSucceeded,
        state.LockTaken,
        state.CancelRequested,
        state.RetryRequested,
        state.SettledByOperator,
    )
}


class SeveralLogs(ValueError):
    """This says that a saga's modules do not hear its messages in one order."""


def register(module: str, saga: type[Saga], locals_: Mapping[str, Callable[..., Any]]) -> None:
    """This has each module with a step in a saga run its part.

    Raises:
        SeveralLogs: the modules have databases of their own.
        ValueError: a local step has no function.
    """
    for one in saga.messages:
        register_message(one)
    doers = {step.action.partition(".")[0] for step in saga.definition.steps} | {module}
    databases = {one: database_of_module(one) for one in sorted(doers)}
    if len(set(databases.values())) > 1:
        where = ", ".join(f"{one} in {database}" for one, database in databases.items())
        raise SeveralLogs(
            f"{saga.name} cannot be choreographed: its modules have several logs ({where}), and "
            "no order spans those. Take it out of QUARRY_CHOREOGRAPHED_SAGAS"
        )
    for doer in sorted(doers):
        consumer = "" if doer == module else f"{doer}.{saga.name}"
        run_by(Part(saga, doer, locals_), consumer=consumer)


class Part(Engine):
    """This is one module's part in a saga that nobody leads."""

    __slots__ = ()

    @property
    def stored_as(self) -> str:
        """This is the saga's name, for the module that owns it; else with the module's."""
        name = self.saga.name
        return name if self._owns_saga else f"{name}@{self.module}"

    def handlers(self) -> dict[str, Callable[[Any, Delivery], None]]:
        """This gives the handler of each message that can move an instance."""
        return {**super().handlers(), contract_of(NoteHappening).name: self.on_happening}

    def on_happening(self, message: NoteHappening, delivery: Delivery) -> None:
        """This takes what another part, or an operator, tells all parts."""
        if message.saga != self.saga.name:
            return
        happened = msgspec.json.decode(message.data, type=_HAPPENINGS[message.kind])
        with unit_of_work(self.module) as work:
            # Made where it is not there: an order may be cancelled before it has begun.
            instance = instances.make(
                work, self.stored_as, self.saga.definition, message.instance_id
            )
            self._move(work, instance, happened)

    def cancel(self, work: UnitOfWork, instance_id: str) -> None:
        """This asks all parts to undo an instance; they may have gone too far when they hear."""
        instance = instances.make(work, self.stored_as, self.saga.definition, instance_id)
        if not can_cancel(instance.definition, instance.state):
            raise PastPivot(f"{self.saga.name} {instance_id} can only go forward now")
        self._tell(work, instance, CancelRequested())

    def advance(self, work: UnitOfWork, instance: Instance, happened: Happening) -> None:
        """This tells all parts, this one too, what has happened."""
        self._tell(work, instance, happened)

    def _carry_out(
        self, work: UnitOfWork, instance: Instance, state: SagaState, effect: Effect
    ) -> Happening | None:
        if not self._does(instance.definition.step(effect.step)):
            return None
        outcome = super()._carry_out(work, instance, state, effect)
        if outcome is not None:
            # Not taken here and now: all parts must hear it at the same place in the order.
            self._tell(work, instance, outcome)
        return None

    def _does(self, step: Step) -> bool:
        """This tells whether a step is one of this part's module."""
        if step.kind is StepKind.LOCAL:
            return self._owns_saga
        return step.action.partition(".")[0] == self.module

    @property
    def _owns_saga(self) -> bool:
        return self.saga.definition.module == self.module

    def _tell(self, work: UnitOfWork, instance: Instance, happened: Happening) -> None:
        work.append(
            NoteHappening(
                saga=self.saga.name,
                instance_id=instance.instance_id,
                kind=type(happened).__name__,
                data=msgspec.json.encode(happened).decode(),
            ),
            request_id="",
        )
