"""Side by side steps, undos that fail and changed definitions under every fault; and planted.

The checkout is one line of steps and nobody changes it while a test runs, so what goes wrong
there only in other sagas is tried on one that is made for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from modules.kernel.messaging.unit_of_work import UnitOfWork
from modules.kernel.sagas import Definition, OnTimeout, Saga, command, instances, local
from modules.kernel.sagas import decide as decision
from modules.kernel.sagas.exploring import Explorer, Violation, messages_of, run
from modules.kernel.sagas.instances import Instance
from modules.kernel.sagas.queries import saga as find_saga
from modules.kernel.sagas.state import SagaState, SagaStatus, StepStatus
from modules.kernel.sagas.tests import trip
from modules.kernel.sagas.tests.tour import Agency, Tour

pytestmark = pytest.mark.django_db(transaction=True)

Plant = Callable[[pytest.MonkeyPatch], None]

Explore = Callable[["OneTour"], None]

_numbers = itertools.count(1)


@dataclass
class OneTour:
    """This is one tour.

    Attributes:
        may_end: how it may, whatever happens to its messages.
    """

    agency: Agency
    may_end: set[SagaStatus]
    messages = messages_of(Tour.definition)
    trip: str = field(default="", init=False)

    def prepare(self) -> None:
        self.trip = f"tour-{next(_numbers)}"
        self.agency.engine.saga = Tour

    def begin(self) -> str:
        return self.agency.want(self.trip)

    def check(self, instance_id: str) -> None:
        state = find_saga(saga=Tour.name, instance_id=instance_id).state
        assert state.status in self.may_end, f"the tour is {state.status}: {state.steps}"
        standing = self.agency.standing(instance_id)
        if state.status is SagaStatus.COMPLETED:
            assert standing == {"rooms.book_room", "money.pay", "rooms.send_key"}
        else:
            stuck = {name for name, step in state.steps.items() if step.status is StepStatus.STUCK}
            allowed = {Tour.definition.step(name).action for name in stuck}
            assert standing <= allowed, f"{standing - allowed} is left behind"
            undone = {one.name for one in Tour.definition.steps if one.undo} - stuck
            statuses = {state.of(name).status for name in undone}
            assert not statuses & {StepStatus.DONE, StepStatus.REQUESTED, StepStatus.IN_DOUBT}


@pytest.fixture
def explore(monkeypatch: pytest.MonkeyPatch) -> Explore:
    def try_all(one: OneTour) -> None:
        monkeypatch.setattr(run, "subscriptions", one.agency.subscriptions)
        Explorer(seed=1, schedules=60, all_single=True).explore(one)

    return try_all


ENDED = {SagaStatus.COMPLETED, SagaStatus.COMPENSATED}


class Tour2(Saga):
    """The tour as a later release has it: a step more, steps less, another order."""

    name, version, input = "trips.tour", 2, trip.TripWanted
    formerly = (
        *(trip.RoomBooked, trip.RoomRefused, trip.RoomCancelled),
        *(trip.Paid, trip.NotPaid, trip.Unpaid),
    )

    greet = local("trips.greet")
    key = command(trip.SendKey, success=trip.KeySent, pivot=True, on_timeout=OnTimeout.ASK)
    note = local("trips.note", retriable=True)


class TestTour:
    @pytest.mark.parametrize(
        ("refuse", "deaf", "may_end"),
        [
            ("", "", ENDED),
            ("rooms.book_room", "", {SagaStatus.COMPENSATED}),
            ("money.pay", "", {SagaStatus.COMPENSATED}),
            ("money.pay", "rooms.cancel_room", {SagaStatus.COMPENSATED, SagaStatus.STUCK}),
        ],
    )
    def test_ends_with_all_or_nothing_whatever_happens(
        self, explore: Explore, refuse: str, deaf: str, may_end: set[SagaStatus]
    ) -> None:
        explore(OneTour(Agency(refuse=refuse, deaf=deaf), may_end))

    def test_ends_under_the_definition_that_it_began_with(self, explore: Explore) -> None:
        explore(OneTour(Agency(then=Tour2), ENDED))


def lets_steps_side_by_side_overwrite_each_other(patch: pytest.MonkeyPatch) -> None:
    """Each answer goes by the state in which both steps were asked for."""
    load = instances.load
    forks: dict[str, SagaState] = {}

    def load_stale(work: UnitOfWork, saga: str, instance_id: str) -> Instance | None:
        found = load(work, saga, instance_id)
        if found is None or {"room", "pay"} - {*found.state.steps}:
            return found
        return replace(found, state=forks.setdefault(instance_id, found.state))

    patch.setattr(instances, "load", load_stale)


def stops_undoing_at_the_first_undo_that_fails(patch: pytest.MonkeyPatch) -> None:
    stick = decision._stick

    def give_up(
        definition: Definition, state: SagaState, name: str, failure: Any
    ) -> decision.Decision:
        if state.of(name).undoing:
            return replace(
                decision._mark(state, name, StepStatus.STUCK), status=SagaStatus.STUCK
            ), ()
        return stick(definition, state, name, failure)

    patch.setattr(decision, "_stick", give_up)


def carries_on_under_the_code_s_definition(patch: pytest.MonkeyPatch) -> None:
    """As engines do that keep the number of a step, or the name alone."""
    patch.setattr(instances, "_definition", lambda database, content_hash: Tour2.definition)


@pytest.mark.parametrize(
    ("plant", "agency"),
    [
        (lets_steps_side_by_side_overwrite_each_other, Agency()),
        (
            stops_undoing_at_the_first_undo_that_fails,
            Agency(refuse="rooms.book_room", deaf="money.unpay"),
        ),
        (carries_on_under_the_code_s_definition, Agency(then=Tour2)),
    ],
    ids=lambda given: given.__name__ if callable(given) else "",
)
def test_the_explorer_finds_an_engine_that(
    monkeypatch: pytest.MonkeyPatch,
    explore: Explore,
    plant: Plant,
    agency: Agency,
) -> None:
    plant(monkeypatch)
    may_end = {*ENDED, SagaStatus.STUCK} if agency.deaf else ENDED
    with pytest.raises(Violation) as found:
        explore(OneTour(agency, may_end))
    assert len(found.value.schedule.faults) <= 1
