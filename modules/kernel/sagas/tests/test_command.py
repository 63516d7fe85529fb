"""`manage.py sagas`, as an operator uses it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from modules.kernel.sagas import engine
from modules.kernel.sagas.tests.test_engine import Travel
from modules.kernel.sagas.tests.test_operations import stuck_at
from modules.kernel.sagas.tests.trip import Trip

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
        assert "no such saga" in sagas("list", "--status", "completed")

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

    def test_cancel_says_when_it_is_too_late(self) -> None:
        stuck_at("key", undoing=False)
        with pytest.raises(CommandError, match="can only go forward"):
            sagas("cancel", "trips.trip", "t1")
