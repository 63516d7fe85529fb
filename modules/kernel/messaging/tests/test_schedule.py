"""Scheduled messages: appended when due by the database's clock, or cancelled before."""

from datetime import timedelta

import pytest

from modules.kernel.contracts import new_id
from modules.kernel.messaging.models import Message, Scheduled
from modules.kernel.messaging.tests.probe import ThingHappened, tick
from modules.kernel.messaging.unit_of_work import unit_of_work

pytestmark = pytest.mark.django_db(transaction=True)


def schedule(number: int, seconds: float) -> None:
    with unit_of_work("probe") as work:
        work.schedule(ThingHappened(thing="a", number=number), after=timedelta(seconds=seconds))


class TestSchedule:
    def test_appends_what_is_due_in_the_order_in_which_it_is_due(self) -> None:
        schedule(1, seconds=-1)
        schedule(2, seconds=-3)
        schedule(3, seconds=60)
        tick()
        tick()
        data = list(Message.objects.order_by("id").values_list("data", flat=True))
        assert data == ['{"thing":"a","number":2}', '{"thing":"a","number":1}']
        assert Scheduled.objects.count() == 1

    def test_appends_under_the_id_it_was_scheduled_with(self) -> None:
        with unit_of_work("probe") as work:
            made = work.schedule(ThingHappened(thing="a", number=1), after=timedelta())
        tick()
        tick()
        assert Message.objects.get().message_id == made

    def test_forgets_what_is_cancelled_before_it_is_due(self) -> None:
        with unit_of_work("probe") as work:
            made = work.schedule(ThingHappened(thing="a", number=1), after=timedelta(seconds=60))
        with unit_of_work("probe") as work:
            work.cancel(made)
        assert not Scheduled.objects.exists()

    def test_forgets_what_is_cancelled_in_the_transaction_that_scheduled_it(self) -> None:
        with unit_of_work("probe") as work:
            work.cancel(work.schedule(ThingHappened(thing="a", number=1), after=timedelta()))
        tick()
        assert not Scheduled.objects.exists()
        assert not Message.objects.exists()

    def test_forgets_what_its_transaction_rolled_back(self) -> None:
        def schedule_and_fail() -> None:
            with unit_of_work("probe") as work:
                work.schedule(ThingHappened(thing="a", number=1), after=timedelta())
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            schedule_and_fail()
        assert not Scheduled.objects.exists()

    def test_appends_an_id_once_however_often_it_was_scheduled(self) -> None:
        """One that is in the log already must not keep the log, and what is due, from going on."""
        again = new_id()
        for number in (1, 2):
            with unit_of_work("probe") as work:
                work.schedule(
                    ThingHappened(thing="a", number=number), after=timedelta(), message_id=again
                )
            if number == 2:
                schedule(3, seconds=0)
            tick()
        data = list(Message.objects.order_by("id").values_list("data", flat=True))
        assert data == ['{"thing":"a","number":1}', '{"thing":"a","number":3}']
        assert not Scheduled.objects.exists()
