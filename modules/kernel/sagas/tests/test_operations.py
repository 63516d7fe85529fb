"""What operators do to a saga that cannot go on by itself."""

import pytest
from django.db.models.functions import Now

from modules.kernel.messaging.models import Message, OperatorAction, Scheduled
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.sagas import PastPivot, UnknownSaga, engine, instances, operations
from modules.kernel.sagas.definition import DEFAULT_RETRY
from modules.kernel.sagas.state import Failure, SagaState, SagaStatus, StepState, StepStatus
from modules.kernel.sagas.tests.test_engine import Travel
from modules.kernel.sagas.tests.trip import Trip

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """This is the trip's world, with its saga registered as a module's would be."""
    made = Travel()
    monkeypatch.setitem(engine._engines, Trip.name, made.engine)
    return made


def stuck_at(step: str, *, undoing: bool) -> None:
    """This leaves a trip that has done what comes before `step`, and is stuck there."""
    names = [one.name for one in Trip.definition.steps]
    done = {name: StepState(status=StepStatus.DONE) for name in names[: names.index(step)]}
    done["price"] = StepState(status=StepStatus.DONE, out={"amount_minor": 200})
    state = SagaState(
        status=SagaStatus.STUCK,
        input={"trip": "t1", "seats": 2},
        steps={**done, step: StepState(status=StepStatus.STUCK, attempts=10, undoing=undoing)},
        failure=Failure(code="no-money", detail="", step="pay") if undoing else None,
    )
    with unit_of_work("trips") as work:
        instances.save(work, instances.make(work, Trip.name, Trip.definition, "t1"), state)


class TestOperators:
    def test_have_a_stuck_step_asked_for_again(self, travel: Travel) -> None:
        stuck_at("key", undoing=False)
        operations.retry(saga=Trip.name, instance_id="t1", step="key", operator="ann")
        travel.go_on()
        assert travel.status() == "completed"
        action = OperatorAction.objects.get()
        assert (action.operator, action.action) == ("ann", "sagas.retry")
        assert action.subject == "trips.trip t1 key"

    def test_have_a_stuck_undo_asked_for_again(self, travel: Travel) -> None:
        stuck_at("room", undoing=True)
        operations.retry(saga=Trip.name, instance_id="t1", step="room", operator="ann")
        travel.go_on()
        assert travel.status() == "compensated"
        assert travel.told == ["dropped: no-money"]

    def test_have_it_asked_for_again_after_all_its_attempts(self, travel: Travel) -> None:
        """The messages of those attempts are in the log, and each id is there once."""
        travel.deaf = "rooms.send_key"
        travel.want()
        for _ in range(DEFAULT_RETRY.attempts):
            travel.go_on()
            assert travel.status() == "running"
            Scheduled.objects.update(due_at=Now())
        travel.go_on()
        assert travel.status() == "stuck"
        travel.deaf = ""
        operations.retry(saga=Trip.name, instance_id="t1", step="key", operator="ann")
        travel.go_on()
        assert travel.status() == "completed"
        assert Message.objects.filter(name="rooms.send_key").count() == DEFAULT_RETRY.attempts + 1

    def test_settle_with_a_reason_what_was_done_by_hand(self, travel: Travel) -> None:
        stuck_at("key", undoing=False)
        operations.settle(
            saga=Trip.name, instance_id="t1", step="key", operator="ann", reason="sent by post"
        )
        travel.go_on()
        assert travel.status() == "completed"
        assert OperatorAction.objects.get().reason == "sent by post"

    def test_cannot_settle_without_a_reason(self, travel: Travel) -> None:
        stuck_at("key", undoing=False)
        with pytest.raises(ValueError, match="say why"):
            operations.settle(
                saga=Trip.name, instance_id="t1", step="key", operator="ann", reason=" "
            )

    def test_cannot_touch_a_step_that_goes_on_by_itself(self, travel: Travel) -> None:
        stuck_at("key", undoing=False)
        with pytest.raises(operations.NotStuck, match=r"room of trips\.trip t1 is done"):
            operations.retry(saga=Trip.name, instance_id="t1", step="room", operator="ann")
        assert not OperatorAction.objects.exists()

    def test_cancel_a_running_saga_and_not_one_past_its_pivot(self, travel: Travel) -> None:
        with unit_of_work("trips") as work:
            instances.make(work, Trip.name, Trip.definition, "t2")
        operations.cancel(saga=Trip.name, instance_id="t2", operator="ann")
        stuck_at("key", undoing=False)
        with pytest.raises(PastPivot):
            operations.cancel(saga=Trip.name, instance_id="t1", operator="ann")

    def test_are_told_when_there_is_no_such_saga(self, travel: Travel) -> None:
        with pytest.raises(operations.UnknownInstance):
            operations.cancel(saga=Trip.name, instance_id="t9", operator="ann")
        with pytest.raises(UnknownSaga, match=r"known: .*trips\.trip"):
            operations.cancel(saga="trips.tripp", instance_id="t9", operator="ann")
