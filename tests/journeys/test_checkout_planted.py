"""Defects known from other saga engines, planted one at a time: the explorer must find each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from modules.inventory import use_cases as inventory
from modules.inventory.contracts import PickStock
from modules.inventory.domain import ReservationState
from modules.inventory.models import Reservation
from modules.kernel.sagas import asking
from modules.kernel.sagas import decide as decision
from modules.kernel.sagas.definition import Definition, Step
from modules.kernel.sagas.exploring import Explorer, Fault, Violation
from modules.kernel.sagas.requests import Request
from modules.kernel.sagas.state import SagaState, StepStatus
from modules.payments import domain
from modules.payments.domain import payment as payments
from tests.journeys.conftest import Shop
from tests.journeys.test_checkout_explored import OneOrder

Plant = Callable[[pytest.MonkeyPatch], None]

pytestmark = pytest.mark.one_process


def charges_again_when_asked_again(patch: pytest.MonkeyPatch) -> None:
    record = domain.Payment._after
    begin = domain.Payment._begin_capture

    def capture(self: domain.Payment, request: domain.Request) -> domain.Answer | domain.Call:
        if self.state is domain.State.CAPTURED:
            self.state = domain.State.AUTHORISED
        return begin(self, request)

    def add_up(
        self: domain.Payment, operation: domain.Operation, outcome: domain.Outcome
    ) -> domain.Answer | domain.Call:
        before_minor = self.captured_minor
        step = record(self, operation, outcome)
        if operation is domain.Operation.CAPTURE:
            self.captured_minor += before_minor
        return step

    patch.setitem(payments._BEGIN, domain.Kind.CAPTURE, capture)
    patch.setattr(domain.Payment, "_after", add_up)


def picks_again_when_asked_again(patch: pytest.MonkeyPatch) -> None:
    pick = inventory.pick_stock

    def pick_anyway(command: PickStock) -> None:
        picked = Reservation.objects.filter(order_id=command.order_id)
        picked.filter(state=ReservationState.PICKED).update(state=ReservationState.RESERVED)
        pick(command)

    patch.setattr(inventory, "pick_stock", pick_anyway)


def undoes_only_what_is_known_to_be_done(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decision, "_TO_UNDO", (StepStatus.DONE,))


def gives_an_undo_up_after_one_silence(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Step, "is_given_up", lambda step, attempts, *, undo: True)


def goes_on_after_a_late_success(patch: pytest.MonkeyPatch) -> None:
    succeeded = decision._succeeded

    def succeed(
        definition: Definition, state: SagaState, name: str, out: dict[str, object]
    ) -> decision.Decision:
        now = state.of(name)
        if now.status in (StepStatus.IN_DOUBT, StepStatus.UNDOING, StepStatus.UNDONE):
            done = replace(now, status=StepStatus.REQUESTED)
            state = decision._put(state, name, done)
        return succeeded(definition, state, name, out)

    patch.setattr(decision, "_succeeded", succeed)


def lets_an_action_come_after_its_undo(patch: pytest.MonkeyPatch) -> None:
    begin = domain.Payment._begin_void

    def void(self: domain.Payment, request: domain.Request) -> domain.Answer | domain.Call:
        was = self.state
        step = begin(self, request)
        if was is domain.State.NEW:
            self.state = domain.State.NEW  # No tombstone.
        return step

    patch.setitem(payments._BEGIN, domain.Kind.VOID, void)


def takes_any_answer_for_that_of_the_step(patch: pytest.MonkeyPatch) -> None:
    answer = asking.answer_to

    def misread(step: object, request: Request, message: object) -> object:
        return answer(step, replace(request, undo=False), message)  # type: ignore[arg-type]

    patch.setattr(asking, "answer_to", misread)


@pytest.mark.parametrize(
    ("plant", "fault", "postal_code"),
    [
        (charges_again_when_asked_again, Fault.DOUBLED, "05021"),
        (picks_again_when_asked_again, Fault.DOUBLED, "05021"),
        (undoes_only_what_is_known_to_be_done, Fault.LATE, "05021"),
        (gives_an_undo_up_after_one_silence, Fault.LOST, "00000"),
        (goes_on_after_a_late_success, Fault.LATE, "05021"),
        (lets_an_action_come_after_its_undo, Fault.LATE, "05021"),
        (takes_any_answer_for_that_of_the_step, Fault.LATE, "00000"),
    ],
    ids=lambda given: given.__name__ if callable(given) else "",
)
def test_the_explorer_finds_a_system_that(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    plant: Plant,
    fault: Fault,
    postal_code: str,
) -> None:
    plant(monkeypatch)
    one_order = OneOrder(shop, may_end={"fulfilled", "failed"}, postal_code=postal_code)
    explorer = Explorer(seed=1, schedules=100, all_single=True, faults=frozenset({fault}))
    with pytest.raises(Violation) as found:
        explorer.explore(one_order)
    assert len(found.value.schedule.faults) <= 1, "told with the one fault that it takes, or none"
