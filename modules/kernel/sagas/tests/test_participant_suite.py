"""The suite for participants bites: one that forgets, and one that does all twice, fail it."""

from __future__ import annotations

from typing import Any

import pytest

from modules.kernel.contracts import contract_of
from modules.kernel.messaging import testing
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.models import Message
from modules.kernel.messaging.subscriptions import Handler, Subscription
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.sagas.testing import ParticipantSuite
from modules.kernel.sagas.tests import trip

pytestmark = pytest.mark.django_db(transaction=True)


class Rooms(ParticipantSuite):
    """These are rooms whose books are the log: what was said was done.

    Attributes:
        forgets: leaves no tombstone.
        repeats: does again what it is asked again, which here is to send another key.
    """

    asking = "trips"
    done, refused = trip.RoomBooked, trip.RoomRefused
    undo, undone = trip.CancelRoom, trip.RoomCancelled
    forgets = False
    repeats = False

    def command(self, instance_id: str) -> trip.BookRoom:
        return trip.BookRoom(trip=instance_id, beds=1)

    def standing(self, instance_id: str) -> int:
        booked = self._said(instance_id, trip.RoomBooked)
        times = booked if self.repeats else min(booked, 1)
        return 0 if self._said(instance_id, trip.RoomCancelled) and not self.forgets else times

    @pytest.fixture(autouse=True)
    def alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(testing, "subscriptions", lambda: (self._subscription(),))

    def _subscription(self) -> Subscription:
        handlers: dict[str, tuple[Handler, ...]] = {
            "rooms.book_room": (Handler(record=self._book),),
            "rooms.cancel_room": (Handler(record=self._cancel),),
        }
        return Subscription("rooms", "rooms", handlers)

    def _book(self, message: trip.BookRoom, delivery: Delivery) -> None:
        late = self._said(message.trip, trip.RoomCancelled) and not self.forgets
        with unit_of_work("rooms") as work:
            if late:
                work.append(trip.RoomRefused(trip=message.trip, code="cancelled", detail=""))
            else:
                work.append(trip.RoomBooked(trip=message.trip))
            work.write_now()  # The books are read again in this transaction.

    def _cancel(self, message: trip.CancelRoom, delivery: Delivery) -> None:
        with unit_of_work("rooms") as work:
            work.append(trip.RoomCancelled(trip=message.trip))
            work.write_now()

    def _said(self, name: str, kind: type[Any]) -> int:
        return Message.objects.filter(name=contract_of(kind).name, key=name).count()


class TestAGoodParticipant(Rooms):
    pass


class TestOneThatForgets(Rooms):
    forgets = True

    @pytest.mark.xfail(raises=AssertionError, strict=True)
    def test_refuses_an_action_whose_undo_came_first(self) -> None:
        super().test_refuses_an_action_whose_undo_came_first()

    @pytest.mark.xfail(raises=AssertionError, strict=True)
    def test_undoes_once_what_it_is_asked_to_undo_twice(self) -> None:
        super().test_undoes_once_what_it_is_asked_to_undo_twice()

    @pytest.mark.xfail(raises=AssertionError, strict=True)
    def test_has_nothing_standing_when_both_come_at_once(self) -> None:
        super().test_has_nothing_standing_when_both_come_at_once()


class TestOneThatRepeats(Rooms):
    repeats = True

    @pytest.mark.xfail(raises=AssertionError, strict=True)
    def test_does_once_what_it_is_asked_for_twice(self) -> None:
        super().test_does_once_what_it_is_asked_for_twice()
