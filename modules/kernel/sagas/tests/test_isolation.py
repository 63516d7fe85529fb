"""Two sagas at once on the same thing: the anomaly without a countermeasure, and with it gone.

A seat is sold twice where both sagas go by the same reading ("lost update"), and a saga goes
by what another then takes back ("dirty read").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from types import new_class
from typing import Any

import pytest
from django.db.models.functions import Now

from modules.kernel.contracts import Conflict
from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.models import Scheduled, SetAside
from modules.kernel.messaging.subscriptions import Handler, Subscription
from modules.kernel.messaging.tests.probe import tick
from modules.kernel.messaging.unit_of_work import UnitOfWork, unit_of_work
from modules.kernel.sagas import (
    Failure,
    I,
    OnTimeout,
    Saga,
    command,
    local,
    semantic_lock,
    unchanged,
)
from modules.kernel.sagas.choreography import Part
from modules.kernel.sagas.engine import Engine
from modules.kernel.sagas.isolation import let_go
from modules.kernel.sagas.language import Lock
from modules.kernel.sagas.models import SagaInstance, SagaLock, SagaLockWaiter
from modules.kernel.sagas.tests import trip

pytestmark = pytest.mark.django_db(transaction=True)


def sale(
    *,
    look: tuple[Lock, ...] = (),
    room: tuple[Lock, ...] = (),
    reread: bool = False,
    on_timeout: OnTimeout = OnTimeout.UNDO,
) -> type[Saga]:
    """This is a saga that looks how many seats are free, books a room, and takes a seat.

    Args:
        look: the isolation of its first step.
        room: that of the booking.
        reread: has the seats counted again before the room is booked.
        on_timeout: what becomes of a booking that is not answered.
    """
    first = local("trips.look", undo="trips.forget", isolation=look)
    body = {
        "name": "trips.sale",
        "version": 1,
        "input": trip.TripWanted,
        "look": first,
        "room": command(
            trip.BookRoom,
            args={"beds": I.seats},
            success=trip.RoomBooked,
            failure=(trip.RoomRefused,),
            undo=trip.CancelRoom,
            undone=trip.RoomCancelled,
            timeout_seconds=30,
            on_timeout=on_timeout,
            isolation=(unchanged("trips.count", first.out.free),) if reread else room,
        ),
        "take": local("trips.take"),
    }
    return new_class("Sale", (Saga,), exec_body=lambda namespace: namespace.update(body))


class SoldOut(Conflict):
    code = "sold-out"
    title = "There is no seat"


class Bus:
    """This is a bus with few seats, and the sagas that sell them."""

    def __init__(self, saga: type[Saga], *, free: int = 1, leaderless: bool = False) -> None:
        self.free = free
        self.sold: list[str] = []
        self.answered: list[str] = []
        self.silent = True
        functions: dict[str, Callable[..., Any]] = {
            "trips.look": self.look,
            "trips.count": lambda instance_id, given, work: self.free,
            "trips.forget": self.forget,
            "trips.take": self.take,
        }
        engines: list[Engine] = (
            [Part(saga, module, functions) for module in ("trips", "rooms")]
            if leaderless
            else [Engine(saga, "trips", functions)]
        )
        self.engine = engines[0]
        answers: dict[str, tuple[Handler, ...]] = {
            "rooms.book_room": (Handler(record=self.answer),),
            "rooms.cancel_room": (Handler(record=self.cancel),),
        }
        self.consumers = [
            Consumer(one, database="default", source="default", owner="test")
            for one in (
                *(_subscription(engine) for engine in engines),
                Subscription("rooms", "rooms", answers),
            )
        ]

    def look(self, instance_id: str, given: trip.TripWanted, work: UnitOfWork) -> Mapping[str, Any]:
        return {"free": self.free}

    def forget(
        self, instance_id: str, given: trip.TripWanted, failure: Failure, work: UnitOfWork
    ) -> None:
        pass

    def take(self, instance_id: str, given: trip.TripWanted, work: UnitOfWork) -> None:
        seen = SagaInstance.objects.get(saga="trips.sale", instance_id=instance_id)
        if '"free":0' in seen.state:  # It goes by what it has read.
            raise SoldOut("there was no seat")
        self.free -= 1
        self.sold.append(instance_id)

    def answer(self, message: trip.BookRoom, delivery: Delivery) -> None:
        self.answered.append(message.trip)
        with unit_of_work("rooms") as work:
            work.append(trip.RoomBooked(trip=message.trip))

    def cancel(self, message: trip.CancelRoom, delivery: Delivery) -> None:
        with unit_of_work("rooms") as work:
            work.append(trip.RoomCancelled(trip=message.trip))

    def want(self, *names: str) -> None:
        with unit_of_work("trips") as work:
            for name in names:
                work.append(trip.TripWanted(trip=name, seats=1))

    def go_on(self) -> None:
        log = open_log("default")
        assert log.lead()
        while sum(iter(log.tick, 0)) + sum(consumer.step() for consumer in self.consumers):
            pass
        log.resign()

    def statuses(self) -> Counter[str]:
        return Counter(SagaInstance.objects.values_list("status", flat=True))


def _subscription(engine: Engine) -> Subscription:
    handlers: dict[str, tuple[Handler, ...]] = {
        name: (Handler(record=one),) for name, one in engine.handlers().items()
    }
    return Subscription(f"{engine.module}.saga", engine.module, handlers)


def hold_the_bus(holder: str) -> None:
    """This is another saga, which holds the lock of one seat."""
    SagaLock.objects.create(name="bus", key="1", saga="trips.other", instance_id=holder)


def let_go_of_the_bus(holder: str) -> None:
    with unit_of_work("trips") as work:
        let_go(work, saga="trips.other", instance_id=holder)


def let_the_wait_end_when_the_lock_is_free(bus: Bus) -> None:
    """This has bob wait, and the reminder of that fall due before he has heard of the lock."""
    hold_the_bus("first")
    bus.want("bob")
    bus.go_on()
    let_go_of_the_bus("first")
    Scheduled.objects.update(due_at=Now())
    tick()
    bus.go_on()


class TestLostUpdate:
    def test_sells_one_seat_twice_without_a_countermeasure(self) -> None:
        bus = Bus(sale())
        bus.want("ann", "bob")
        bus.go_on()
        assert bus.sold == ["ann", "bob"]
        assert bus.free == -1

    def test_is_gone_where_the_value_is_read_again(self) -> None:
        bus = Bus(sale(reread=True))
        bus.want("ann")
        bus.go_on()
        bus.free = 1
        # Bob has read one seat too; then somebody else takes it, before he asks for a room.
        bus.engine.locals = {**bus.engine.locals, "trips.count": lambda *given: 0}
        bus.want("bob")
        bus.go_on()
        assert bus.sold == ["ann"]
        refused = SagaInstance.objects.get(instance_id="bob")
        assert refused.status == "compensated"
        assert "changed-meanwhile" in refused.state
        assert "trips.count gave 1 before, and gives 0 now" in refused.state


class TestSemanticLock:
    LOCK = (semantic_lock("bus", I.seats),)

    def test_has_the_second_wait_until_the_first_has_ended(self) -> None:
        bus = Bus(sale(look=self.LOCK))
        bus.want("ann", "bob")
        bus.go_on()
        assert bus.sold == ["ann"], "bob looked only then, and saw that there is none"
        assert bus.statuses() == {"completed": 1, "compensated": 1}

    def test_is_let_go_by_a_saga_that_was_undone(self) -> None:
        bus = Bus(sale(look=self.LOCK), free=1)
        bus.want("ann")
        with unit_of_work("trips") as work:
            bus.engine.cancel(work, "ann")
        bus.want("bob")
        bus.go_on()
        assert bus.sold == ["bob"]
        assert not SagaLock.objects.exists()
        assert not SagaLockWaiter.objects.exists()

    def test_refuses_the_second_at_once_where_it_is_not_to_wait(self) -> None:
        bus = Bus(sale(look=(semantic_lock("bus", I.seats, wait=False),)))
        bus.want("ann", "bob")
        bus.go_on()
        assert bus.sold == ["ann"]
        refused = SagaInstance.objects.get(instance_id="bob")
        assert refused.status == "compensated"
        assert '"locked"' in refused.state

    def test_ends_the_waiting_when_its_time_is_up(self) -> None:
        """Two sagas that wait for each other's locks must not do so for ever."""
        bus = Bus(sale(look=self.LOCK))
        hold_the_bus("for ever")
        bus.want("bob")
        bus.go_on()
        assert bus.statuses() == {"running": 1}
        Scheduled.objects.update(due_at=Now())
        bus.go_on()
        assert bus.statuses() == {"compensated": 1}
        assert not SagaLockWaiter.objects.exists()

    @pytest.mark.parametrize("step", ["look", "room"])
    @pytest.mark.parametrize("leaderless", [False, True])
    def test_is_for_the_next_where_the_first_has_given_up(
        self, step: str, leaderless: bool
    ) -> None:
        """It was told that the lock is free, and had turned back when it heard of it."""
        saga = sale(look=self.LOCK) if step == "look" else sale(room=self.LOCK)
        bus = Bus(saga, leaderless=leaderless)
        hold_the_bus("first")
        for name in ("ann", "bob"):
            bus.want(name)
            bus.go_on()
        if not leaderless:
            let_go_of_the_bus("first")
        with unit_of_work("trips") as work:
            bus.engine.cancel(work, "ann")
        if leaderless:  # There a cancellation is a message, too.
            let_go_of_the_bus("first")
        bus.go_on()
        assert bus.sold == ["bob"]
        assert not SagaLock.objects.exists()
        assert not SagaLockWaiter.objects.exists()

    def test_is_another_one_for_another_key(self) -> None:
        bus = Bus(sale(look=(semantic_lock("bus", I.trip),)), free=1)
        SagaLock.objects.create(name="bus", key="ann", saga="trips.other", instance_id="x")
        bus.want("ann", "bob")
        bus.go_on()
        assert bus.sold == ["bob"]


class TestAStepOfAnotherModule:
    """One that waits has a reminder of the wait, and one of what it then asks for."""

    LOCK = (semantic_lock("bus", I.seats),)

    @pytest.mark.parametrize("leaderless", [False, True])
    def test_is_asked_for_when_the_lock_that_it_waited_for_is_free(self, leaderless: bool) -> None:
        bus = Bus(sale(room=self.LOCK), free=2, leaderless=leaderless)
        bus.want("ann", "bob")
        bus.go_on()
        assert bus.sold == ["ann", "bob"]
        assert not SetAside.objects.exists()
        assert not SagaLock.objects.exists()
        assert not Scheduled.objects.exists(), "what was got is no more waited for"

    @pytest.mark.parametrize("on_timeout", OnTimeout)
    def test_is_not_hurried_by_the_reminder_of_the_wait(self, on_timeout: OnTimeout) -> None:
        """One that falls due when the lock is free, and has not been taken yet."""
        bus = Bus(sale(room=self.LOCK, on_timeout=on_timeout), free=2)
        let_the_wait_end_when_the_lock_is_free(bus)
        assert bus.answered == ["bob"]
        assert bus.sold == ["bob"]
        assert not SetAside.objects.exists()

    def test_is_asked_for_once_where_the_wait_ends_while_nobody_leads(self) -> None:
        """The parts hear of the reminder before they hear that one of them has got the lock."""
        bus = Bus(sale(room=self.LOCK, on_timeout=OnTimeout.ASK), free=2, leaderless=True)
        let_the_wait_end_when_the_lock_is_free(bus)
        assert bus.answered == ["bob"]
        assert bus.sold == ["bob"]

    def test_is_reminded_once_it_has_been_asked_for(self) -> None:
        bus = Bus(sale(room=self.LOCK), free=2)
        bus.consumers = bus.consumers[:1]  # The rooms do not answer.
        hold_the_bus("first")
        bus.want("bob")
        bus.go_on()
        let_go_of_the_bus("first")
        bus.go_on()
        Scheduled.objects.update(due_at=Now())
        bus.go_on()
        assert "step-timed-out" in SagaInstance.objects.get().state
        assert bus.statuses() == {"compensating": 1}

    def test_waits_on_no_longer_than_its_time_where_another_was_faster(self) -> None:
        bus = Bus(sale(room=self.LOCK), free=2)
        hold_the_bus("first")
        bus.want("bob")
        bus.go_on()
        (reminder,) = Scheduled.objects.all()
        let_go_of_the_bus("first")
        hold_the_bus("second")
        bus.go_on()
        assert Scheduled.objects.get().due_at == reminder.due_at
        let_go_of_the_bus("second")
        bus.go_on()
        assert bus.sold == ["bob"]
