"""The pages about sagas: which there are, and where each step of one is."""

import pytest
from django.test import Client

from modules.console.tests.parking import park
from modules.kernel.messaging import operations as message_operations
from modules.kernel.messaging import unit_of_work
from modules.kernel.messaging.models import Message, SetAside
from modules.kernel.sagas import engine, instances
from modules.kernel.sagas.engine import Engine
from modules.kernel.sagas.models import SagaInstance
from modules.kernel.sagas.queries import saga as find_saga
from modules.kernel.sagas.requests import Request
from modules.kernel.sagas.state import Failure, SagaState, SagaStatus, StepState, StepStatus
from modules.kernel.sagas.tests.trip import CancelRoom, RoomBooked, Trip

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("other_modules")]


def carry_out(instance_id: str, state: SagaState) -> None:
    with unit_of_work("trips") as work:
        made = instances.make(work, Trip.name, Trip.definition, instance_id)
        instances.save(work, made, state)


STUCK = SagaState(
    status=SagaStatus.STUCK,
    input={"trip": "o-1", "seats": 2},
    steps={
        "note": StepState(status=StepStatus.DONE),
        "room": StepState(status=StepStatus.STUCK, attempts=10, undoing=True),
    },
    failure=Failure(code="no-room", detail="the house is full", step="room"),
)


class TestSagas:
    def test_are_listed_by_status_with_their_number(self, client: Client) -> None:
        carry_out("o-1", STUCK)
        carry_out("o-2", SagaState(status=SagaStatus.COMPLETED))
        carry_out("o-3", SagaState(status=SagaStatus.COMPLETED))
        page = client.get("/console/sagas", {"status": "completed"})
        assert {saga.instance_id for saga in page.context["sagas"]} == {"o-2", "o-3"}
        assert dict(page.context["statuses"]) == {
            "running": 0,
            "compensating": 0,
            "completed": 2,
            "compensated": 0,
            "stuck": 1,
        }

    def test_that_moved_last_come_first_and_the_rest_on_further_pages(self, client: Client) -> None:
        for number in range(51):
            carry_out(f"o-{number}", SagaState())
        first = client.get("/console/sagas")
        assert first.context["sagas"][0].instance_id == "o-50"
        second = client.get("/console/sagas", {"page": first.context["older"]})
        assert [saga.instance_id for saga in second.context["sagas"]] == ["o-0"]
        assert second.context["older"] == 0

    def test_are_listed_beside_one_whose_state_cannot_be_read(self, client: Client) -> None:
        carry_out("o-1", STUCK)
        carry_out("o-2", SagaState())
        SagaInstance.objects.filter(instance_id="o-1").update(state='{"status": "torn"}')
        page = client.get("/console/sagas")
        seen = {saga.instance_id: saga.state.status.value for saga in page.context["sagas"]}
        assert seen == {"o-1": "stuck", "o-2": "running"}
        assert "cannot be read" in page.text


class TestSaga:
    def test_says_that_its_state_cannot_be_read_and_why(self, client: Client) -> None:
        carry_out("o-1", STUCK)
        SagaInstance.objects.update(state='{"status": "torn"}')
        page = client.get("/console/sagas/trips.trip/o-1")
        assert "Invalid enum value" in page.text
        assert "Cancel…" not in page.text
        assert "Steps" not in page.text, "nobody knows where they are"

    def test_shows_where_its_steps_are_and_why_it_turned_back(self, client: Client) -> None:
        carry_out("o-1", STUCK)
        page = client.get("/console/sagas/trips.trip/o-1")
        now = {one.step.name: one.now.status.value for one in page.context["page"].steps}
        assert (now["note"], now["room"], now["pay"]) == ("done", "stuck", "pending")
        assert "no-room" in page.text
        assert "the house is full" in page.text
        assert 'href="/console/orders/o-1"' in page.text

    def test_shows_its_own_messages_and_no_others_of_the_key(self, client: Client) -> None:
        carry_out("o-1", STUCK)
        undo = Request("trips.trip", "o-1", "room", undo=True)
        with unit_of_work("trips") as work:
            work.append(CancelRoom(trip="o-1"), message_id=undo.message_id(1), request_id=str(undo))
        with unit_of_work("rooms") as work:
            work.append(RoomBooked(trip="o-1"))
        (message,) = client.get("/console/sagas/trips.trip/o-1").context["page"].messages
        assert (message.step, message.undo) == ("room", True)
        assert message.envelope.name == "rooms.cancel_room"

    def test_names_the_parked_message_that_a_stuck_step_waits_behind(self, client: Client) -> None:
        carry_out("o-1", STUCK)
        parked = park("o-1")
        undo = Request("trips.trip", "o-1", "room", undo=True)
        SetAside.objects.filter(pos=parked.position).update(message_id=undo.message_id(10))
        for page in (PAGE, f"{PAGE}/steps/room/retry"):
            said = client.get(page).text
            assert "asking again would wait behind it" in said
            assert f'href="{parked.page}"' in said

    def test_that_there_is_not_is_not_found(self, client: Client) -> None:
        answer = client.get("/console/sagas/trips.trip/none")
        assert answer.status_code == 404
        assert "No such saga" in answer.text


PAGE = "/console/sagas/trips.trip/o-1"


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> None:
    """This has the trips of the tests carried out, which no module does."""
    names = ("trips.note", "trips.drop", "trips.price", "trips.close")
    nothing = {name: lambda *args: None for name in names}
    monkeypatch.setitem(engine._engines, Trip.name, Engine(Trip, "trips", nothing))


def status() -> str:
    return str(find_saga(saga="trips.trip", instance_id="o-1").state.status)


def audited() -> list[tuple[str, str, str]]:
    return [(one.action, one.subject, one.reason) for one in message_operations.actions(limit=9)]


@pytest.mark.usefixtures("trips")
class TestRetrying:
    def test_asks_first(self, client: Client) -> None:
        carry_out("o-1", STUCK)
        assert f'href="{PAGE}/steps/room/retry"' in client.get(PAGE).text
        assert "Ask again</button>" in client.get(f"{PAGE}/steps/room/retry").text
        assert status() == "stuck"

    def test_sends_the_command_again_and_is_noted(self, client: Client) -> None:
        carry_out("o-1", STUCK)
        answer = client.post(f"{PAGE}/steps/room/retry", follow=True)
        assert "Room is asked for again" in answer.text
        assert status() == "compensating"
        assert Message.objects.filter(name="rooms.cancel_room").count() == 1
        assert audited() == [("sagas.retry", "trips.trip o-1 room", "")]


@pytest.mark.usefixtures("trips")
class TestSettling:
    def test_wants_a_reason(self, client: Client) -> None:
        carry_out("o-1", STUCK)
        answer = client.post(f"{PAGE}/steps/room/settle", {"reason": " "})
        assert answer.status_code == 422
        assert "Say why" in answer.text
        assert status() == "stuck"

    def test_lets_the_saga_go_on_and_keeps_the_reason(self, client: Client) -> None:
        carry_out("o-1", STUCK)
        client.post(f"{PAGE}/steps/room/settle", {"reason": "cancelled by telephone"})
        assert status() == "compensated"
        assert audited() == [("sagas.settle", "trips.trip o-1 room", "cancelled by telephone")]


@pytest.mark.usefixtures("trips")
class TestCancelling:
    def test_undoes_a_saga_before_its_pivot(self, client: Client) -> None:
        carry_out("o-1", SagaState(input={"trip": "o-1", "seats": 2}))
        assert f'href="{PAGE}/cancel"' in client.get(PAGE).text
        client.post(f"{PAGE}/cancel")
        assert status() == "running", "not begun: it is remembered, and undone when it begins"
        failure = find_saga(saga="trips.trip", instance_id="o-1").state.failure
        assert failure is not None
        assert failure.cancelled

    def test_is_refused_after_it(self, client: Client) -> None:
        carry_out("o-1", SagaState(status=SagaStatus.COMPLETED))
        assert f'href="{PAGE}/cancel"' not in client.get(PAGE).text
        answer = client.post(f"{PAGE}/cancel")
        assert answer.status_code == 409
        assert "It has moved on" in answer.text
        assert audited() == []


@pytest.mark.usefixtures("trips")
class TestAnAction:
    @pytest.mark.parametrize("action", ["steps/note/retry", "steps/note/settle"])
    def test_on_a_step_that_is_not_stuck_is_refused(self, client: Client, action: str) -> None:
        carry_out("o-1", STUCK)
        answer = client.post(f"{PAGE}/{action}", {"reason": "because"})
        assert answer.status_code == 409
        assert "not stuck" in answer.text

    @pytest.mark.parametrize("action", ["steps/note/retry", "steps/note/settle", "cancel"])
    def test_on_a_saga_that_there_is_not_is_not_found(self, client: Client, action: str) -> None:
        assert client.post(f"{PAGE}/{action}", {"reason": "because"}).status_code == 404
