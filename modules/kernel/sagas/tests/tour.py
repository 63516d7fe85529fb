"""A saga that exists in tests only, whose steps run side by side, and its doers on the log.

The doers keep their books in the log alone: what they have said is what they have done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from modules.kernel.contracts import contract_of
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.models import Message
from modules.kernel.messaging.subscriptions import Handler, Subscription
from modules.kernel.messaging.unit_of_work import UnitOfWork, unit_of_work
from modules.kernel.sagas import Failure, I, OnTimeout, Retry, Saga, command, local
from modules.kernel.sagas.engine import Engine
from modules.kernel.sagas.tests import trip


class Tour(Saga):
    name, version, input = "trips.tour", 1, trip.TripWanted

    note = local("trips.note", undo="trips.drop")
    price = local("trips.price")
    room = command(
        trip.BookRoom,
        args={"beds": I.seats},
        success=trip.RoomBooked,
        failure=(trip.RoomRefused,),
        undo=trip.CancelRoom,
        undone=trip.RoomCancelled,
        undo_retry=Retry(attempts=2),
    )
    pay = command(
        trip.Pay,
        args={"amount_minor": price.out.amount_minor},
        success=trip.Paid,
        failure=(trip.NotPaid,),
        undo=trip.Unpay,
        undone=trip.Unpaid,
        undo_retry=Retry(attempts=2),
        after=[price],
    )
    key = command(
        trip.SendKey,
        success=trip.KeySent,
        pivot=True,
        on_timeout=OnTimeout.ASK,
        after=[room, pay],
    )
    close = local("trips.close", retriable=True)


#: What each command is answered with, its undo, and what says that it was undone.
_DOERS: dict[type, tuple[type, type | None, type | None, type | None]] = {
    trip.BookRoom: (trip.RoomBooked, trip.RoomRefused, trip.CancelRoom, trip.RoomCancelled),
    trip.Pay: (trip.Paid, trip.NotPaid, trip.Unpay, trip.Unpaid),
    trip.SendKey: (trip.KeySent, None, None, None),
}


@dataclass
class Agency:
    """This runs a saga like the tour, with those who do its steps.

    Attributes:
        deaf: the wire name of a command that is never answered.
        then: the form that the code has once the first command has been done.
        refuse: the wire name of a command that is always refused.
        told: local steps in the order in which they were done; an aborted one stays.
    """

    saga: type[Saga] = Tour
    deaf: str = ""
    refuse: str = ""
    then: type[Saga] | None = None
    told: list[str] = field(default_factory=list)
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = Engine(self.saga, "trips", self.functions())

    def functions(self) -> dict[str, Any]:
        return {
            "trips.note": self._local("note"),
            "trips.price": self._local("price", {"amount_minor": 100}),
            "trips.close": self._local("close"),
            "trips.greet": self._local("greet"),
            "trips.drop": self._drop,
        }

    def subscriptions(self) -> list[Subscription]:
        return [
            Subscription("trips", "trips", self._handlers(self.engine)),
            *(Subscription(module, module, self._doers(module)) for module in ("rooms", "money")),
        ]

    def want(self, name: str) -> str:
        with unit_of_work("trips") as work:
            work.append(trip.TripWanted(trip=name, seats=2))
        return name

    def said(self, name: str, message: type) -> bool:
        """This tells whether a message of the class was ever sent about the trip."""
        about = Message.objects.filter(name=contract_of(message).name, key=name)
        return about.exists()

    def standing(self, name: str) -> set[str]:
        """This gives what was done for the trip and not undone."""
        return {
            contract_of(action).name
            for action, (done, _, _, undone) in _DOERS.items()
            if self.said(name, done) and not (undone and self.said(name, undone))
        }

    def _handlers(self, engine: Engine) -> dict[str, tuple[Handler, ...]]:
        return {name: (Handler(record=one),) for name, one in engine.handlers().items()}

    def _local(self, name: str, out: Mapping[str, Any] | None = None) -> Any:
        def do(
            instance_id: str, given: trip.TripWanted, work: UnitOfWork
        ) -> Mapping[str, Any] | None:
            self.told.append(name)
            return out

        return do

    def _drop(
        self, instance_id: str, given: trip.TripWanted, failure: Failure, work: UnitOfWork
    ) -> None:
        self.told.append(f"drop: {failure.code}")

    def _doers(self, module: str) -> dict[str, tuple[Handler, ...]]:
        handlers: dict[str, tuple[Handler, ...]] = {}
        for action, (done, refused, undo, undone) in _DOERS.items():
            if contract_of(action).name.startswith(f"{module}."):
                handlers[contract_of(action).name] = (
                    Handler(record=self._doer(module, done, refused, undone)),
                )
                if undo and undone:
                    handlers[contract_of(undo).name] = (
                        Handler(record=self._undoer(module, undone)),
                    )
        return handlers

    def _doer(self, module: str, done: type, refused: type | None, undone: type | None) -> Any:
        def do(message: Any, delivery: Delivery) -> None:
            if delivery.envelope.name == self.deaf:
                return
            self.engine.saga = self.then or self.engine.saga
            late = undone is not None and self.said(message.trip, undone)
            with unit_of_work(module) as work:
                if refused and (late or delivery.envelope.name == self.refuse):
                    work.append(refused(trip=message.trip, code="no", detail="too late or full"))
                else:
                    work.append(done(trip=message.trip))

        return do

    def _undoer(self, module: str, undone: type) -> Any:
        def undo(message: Any, delivery: Delivery) -> None:
            if delivery.envelope.name != self.deaf:
                with unit_of_work(module) as work:
                    work.append(undone(trip=message.trip))

        return undo
