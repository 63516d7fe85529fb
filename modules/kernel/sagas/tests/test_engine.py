"""The engine on the real log: answers find their saga, cancelling holds, instances are pinned."""

from collections.abc import Mapping
from typing import Any

import pytest

from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.models import Message, Scheduled
from modules.kernel.messaging.subscriptions import Handler, RetryPolicy, Subscription
from modules.kernel.messaging.unit_of_work import UnitOfWork, unit_of_work
from modules.kernel.sagas import Failure, PastPivot
from modules.kernel.sagas.engine import Engine
from modules.kernel.sagas.models import SagaInstance
from modules.kernel.sagas.tests import trip
from modules.kernel.sagas.tests.trip import Trip

pytestmark = pytest.mark.django_db(transaction=True)


class Travel:
    """This is the trip's world: its engine, the doers, and what was told to the traveller."""

    def __init__(self, *, refuse_payment: bool = False, deaf: str = "") -> None:
        """`deaf` names a command that is never answered, as long as it is the one."""
        self.told: list[str] = []
        self.deaf = deaf
        #: A command whose handler fails, and which is parked at once.
        self.broken = ""
        self.refuse_payment = refuse_payment
        self.engine = Engine(
            Trip,
            "trips",
            {
                "trips.note": self.note,
                "trips.drop": self.drop,
                "trips.price": self.price,
                "trips.close": self.close,
            },
        )
        handlers: dict[str, tuple[Handler, ...]] = {
            name: (Handler(record=one),) for name, one in self.engine.handlers().items()
        }
        self.consumers = [
            _consumer(Subscription("trips", "trips", handlers)),
            _consumer(Subscription("rooms", "rooms", self._answers("rooms"))),
            _consumer(Subscription("money", "money", self._answers("money"))),
        ]

    def note(self, instance_id: str, given: trip.TripWanted, work: UnitOfWork) -> None:
        self.told.append("noted")

    def price(
        self, instance_id: str, given: trip.TripWanted, work: UnitOfWork
    ) -> Mapping[str, Any]:
        return {"amount_minor": given.seats * 100}

    def drop(
        self, instance_id: str, given: trip.TripWanted, failure: Failure, work: UnitOfWork
    ) -> None:
        self.told.append(f"dropped: {failure.code}")

    def close(self, instance_id: str, given: trip.TripWanted, work: UnitOfWork) -> None:
        self.told.append("closed")

    def want(self, name: str = "t1") -> None:
        with unit_of_work("trips") as work:
            work.append(trip.TripWanted(trip=name, seats=2))

    def go_on(self) -> None:
        log = open_log("default")
        assert log.lead()
        for consumer in self.consumers:
            consumer.look_again()  # An operator may have had one tried again.
        while sum(iter(log.tick, 0)) + sum(consumer.step() for consumer in self.consumers):
            pass
        log.resign()

    def status(self) -> str:
        return SagaInstance.objects.get().status

    def _answers(self, module: str) -> dict[str, tuple[Handler, ...]]:
        answers = {
            "rooms.book_room": trip.RoomBooked,
            "rooms.cancel_room": trip.RoomCancelled,
            "rooms.send_key": trip.KeySent,
            "money.pay": trip.Paid,
            "money.unpay": trip.Unpaid,
        }

        def answer(message: Any, delivery: Delivery) -> None:
            if delivery.envelope.name == self.deaf:
                return
            if delivery.envelope.name == self.broken:
                raise RuntimeError(f"{self.broken} will not go")
            with unit_of_work(module) as work:
                if self.refuse_payment and isinstance(message, trip.Pay):
                    work.append(trip.NotPaid(trip=message.trip, code="no-money", detail="empty"))
                else:
                    work.append(answers[delivery.envelope.name](trip=message.trip))

        handler = Handler(record=answer, retry=RetryPolicy(attempts=1))
        return {name: (handler,) for name in answers if name.startswith(f"{module}.")}


def _consumer(subscription: Subscription) -> Consumer:
    return Consumer(subscription, database="default", source="default", owner="test")


class TestEngine:
    def test_takes_an_instance_to_its_end(self) -> None:
        travel = Travel()
        travel.want()
        travel.go_on()
        assert travel.status() == "completed"
        assert travel.told == ["noted", "closed"]
        paid = Message.objects.get(name="money.pay")
        assert '"amount_minor":200' in paid.data
        assert not Scheduled.objects.exists(), "an answered step leaves no timer behind"

    def test_undoes_an_instance_that_is_refused(self) -> None:
        travel = Travel(refuse_payment=True)
        travel.want()
        travel.go_on()
        assert travel.status() == "compensated"
        assert travel.told == ["noted", "dropped: no-money"]
        assert Message.objects.filter(name="rooms.room_cancelled").count() == 1

    def test_starts_an_instance_once(self) -> None:
        travel = Travel()
        travel.want()
        travel.want()
        travel.go_on()
        assert travel.told == ["noted", "closed"]
        assert Message.objects.filter(name="money.pay").count() == 1

    def test_ignores_an_answer_to_somebody_else(self) -> None:
        travel = Travel()
        with unit_of_work("money") as work:
            work.append(trip.Paid(trip="t1"), request_id="another.saga/t1/pay/do")
            work.append(trip.Paid(trip="t1"))
        travel.go_on()
        assert not SagaInstance.objects.exists()

    def test_cancels_before_the_pivot_and_refuses_after_it(self) -> None:
        travel = Travel()
        with unit_of_work("trips") as work:
            travel.engine.cancel(work, "t1")
        travel.want()
        travel.go_on()
        assert travel.status() == "compensated"
        assert travel.told == ["dropped: cancelled"]
        with pytest.raises(PastPivot), unit_of_work("trips") as work:
            travel.engine.cancel(work, "t1")

    def test_refuses_a_definition_whose_local_step_has_no_function(self) -> None:
        with pytest.raises(ValueError, match=r"no function was given for 'trips\.note'"):
            Engine(Trip, "trips", {})
