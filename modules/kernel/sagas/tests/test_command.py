"""`manage.py sagas`, as an operator uses it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now

from modules.kernel.messaging import operations as message_operations
from modules.kernel.messaging.models import Message, Scheduled
from modules.kernel.messaging.unit_of_work import unit_of_work
from modules.kernel.sagas import engine
from modules.kernel.sagas.definition import DEFAULT_RETRY
from modules.kernel.sagas.models import SagaInstance
from modules.kernel.sagas.tests.test_engine import Travel
from modules.kernel.sagas.tests.test_operations import stuck_at
from modules.kernel.sagas.tests.trip import KeySent, Trip

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """This is the trip's world, with its saga registered as a module's would be."""
    made = Travel()
    monkeypatch.setitem(engine._engines, Trip.name, made.engine)
    return made


def sagas(*arguments: str) -> str:
    out = StringIO()
    call_command("sagas", *arguments, stdout=out)
    return out.getvalue()


class TestSagas:
    def test_list_shows_what_is_stuck(self) -> None:
        stuck_at("key", undoing=False)
        (listed,) = json.loads(sagas("list", "--status", "stuck", "--json"))
        assert (listed["saga"], listed["instance_id"]) == ("trips.trip", "t1")
        assert sagas("list", "--status", "completed") == "no saga is completed\n"
        assert sagas("list", "--status", "running") == "no saga is running\n"

    def test_list_says_when_there_is_none(self) -> None:
        assert sagas("list") == "there are no sagas\n"

    def test_list_says_which_statuses_there_are(self) -> None:
        with pytest.raises(CommandError, match="choose from '', 'running', 'compensating'"):
            sagas("list", "--status", "foo")

    def test_show_says_which_sagas_there_are(self) -> None:
        with pytest.raises(CommandError, match=r"registered 'trip'; known: .*trips\.trip"):
            sagas("show", "trip", "t1")
        with pytest.raises(CommandError, match=r"there is no trips\.trip t2"):
            sagas("show", "trips.trip", "t2")

    def test_list_and_show_say_whose_state_cannot_be_read(self) -> None:
        stuck_at("key", undoing=False)
        SagaInstance.objects.update(state='{"status": "torn"}')
        (listed,) = json.loads(sagas("list", "--json"))
        assert (listed["instance_id"], listed["state"]["status"]) == ("t1", "stuck")
        assert "cannot be read" in sagas("list")
        assert "Invalid enum value 'torn'" in sagas("show", "trips.trip", "t1")

    def test_show_tells_each_step_and_why_it_turned_back(self) -> None:
        stuck_at("room", undoing=True)
        shown = sagas("show", "trips.trip", "t1")
        assert "turned back at pay: no-money" in shown
        assert "rooms.cancel_room" in shown

    def test_settle_lets_the_saga_go_on(self, travel: Travel) -> None:
        stuck_at("key", undoing=False)
        sagas("settle", "trips.trip", "t1", "key", "--reason", "sent by post")
        travel.go_on()
        assert travel.status() == "completed"

    def test_retry_says_what_it_did(self) -> None:
        stuck_at("key", undoing=False)
        assert "key is asked for again" in sagas("retry", "trips.trip", "t1", "key")

    @pytest.mark.parametrize("action", [("retry",), ("settle", "--reason", "by hand")])
    def test_a_step_that_there_is_not_is_told_from_one_that_is_not_stuck(
        self, action: tuple[str, ...]
    ) -> None:
        stuck_at("key", undoing=False)
        with pytest.raises(CommandError, match="no step 'kee'; steps: note, price, room, pay, key"):
            sagas(action[0], "trips.trip", "t1", "kee", *action[1:])

    def test_show_and_retry_name_the_parked_command_that_must_be_tried_first(
        self, travel: Travel
    ) -> None:
        travel.broken = "rooms.send_key"
        self.wait_in_vain(travel)
        assert "stopped at key: step-timed-out" in sagas("show", "trips.trip", "t1")
        (first, *_) = message_operations.set_aside(key="t1")
        parked = f"rooms.send_key at {first.position} of default, parked"
        help_ = f"manage.py messages retry rooms default {first.position}"
        for said in (
            sagas("show", "trips.trip", "t1"),
            sagas("retry", "trips.trip", "t1", "key"),
        ):
            assert f"key waits behind a message that rooms has set aside ({parked})" in said
            assert help_ in said

        travel.broken = ""
        call_command("messages", *help_.split()[2:], stdout=StringIO())
        travel.go_on()
        assert travel.status() == "completed"
        assert "set aside" not in sagas("show", "trips.trip", "t1")

    def test_settle_says_how_to_give_up_what_would_do_it_a_second_time(
        self, travel: Travel
    ) -> None:
        travel.broken = "rooms.send_key"
        self.wait_in_vain(travel)
        (first, *_) = message_operations.set_aside(key="t1")
        settling = ("settle", "trips.trip", "t1", "key", "--reason")
        said = sagas(*settling, "handed over")
        assert f"rooms has still set aside {DEFAULT_RETRY.attempts} messages of its key" in said
        assert f"{DEFAULT_RETRY.attempts} rooms.send_key" in said
        help_ = f"manage.py messages drop rooms default {first.position} --whole-key --reason R"
        assert f"before the cause is mended: {help_}" in said

        call_command("messages", *help_.split()[2:], stdout=StringIO())
        travel.broken = ""
        travel.go_on()
        assert travel.status() == "completed"
        assert not Message.objects.filter(name="rooms.key_sent").exists()

    def test_settle_leaves_an_answer_that_could_not_be_heard_to_be_tried_again(
        self, travel: Travel
    ) -> None:
        """Nothing would be done a second time by it, and later answers may wait behind it."""
        stuck_at("key", undoing=False)
        with unit_of_work("rooms") as work:
            work.append(KeySent(trip="t1"), request_id="trips.trip/t1/key/do")
        Message.objects.update(data="{}")
        travel.go_on()
        said = sagas("settle", "trips.trip", "t1", "key", "--reason", "handed over")
        assert "--whole-key" not in said
        assert "try that one first: manage.py messages retry trips default" in said

    def test_show_names_an_answer_that_could_not_be_heard(self, travel: Travel) -> None:
        stuck_at("key", undoing=False)
        with unit_of_work("rooms") as work:
            work.append(KeySent(trip="t1"), request_id="trips.trip/t1/key/do")
        Message.objects.update(data="{}")
        travel.go_on()
        shown = sagas("show", "trips.trip", "t1")
        assert "key waits behind a message that trips has set aside (rooms.key_sent at" in shown

    def wait_in_vain(self, travel: Travel) -> None:
        """This lets each attempt at the step be overdue."""
        travel.want()
        for _ in range(DEFAULT_RETRY.attempts):
            travel.go_on()
            Scheduled.objects.update(due_at=Now())
        travel.go_on()
        assert travel.status() == "stuck"

    def test_cancel_says_when_it_is_too_late(self) -> None:
        stuck_at("key", undoing=False)
        with pytest.raises(CommandError, match="can only go forward"):
            sagas("cancel", "trips.trip", "t1")
