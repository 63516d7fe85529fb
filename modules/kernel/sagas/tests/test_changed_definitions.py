"""A definition that changes while instances run: each ends under its own."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from modules.kernel.messaging.consumer import Consumer
from modules.kernel.messaging.logs import open_log
from modules.kernel.sagas import OnTimeout, Saga, command, engine, local
from modules.kernel.sagas.definition import Definition
from modules.kernel.sagas.difference import Standing, changes, standing
from modules.kernel.sagas.models import SagaInstance
from modules.kernel.sagas.state import SagaState, SagaStatus, StepState, StepStatus
from modules.kernel.sagas.tests import trip
from modules.kernel.sagas.tests.tour import Agency, Tour

pytestmark = pytest.mark.django_db(transaction=True)


class Shorter(Saga):
    """The tour without a room, with another step at its end."""

    name, version, input = "trips.tour", 2, trip.TripWanted
    formerly = (trip.RoomBooked, trip.RoomRefused, trip.RoomCancelled, trip.Paid, trip.NotPaid)

    note = local("trips.note", undo="trips.drop")
    key = command(trip.SendKey, success=trip.KeySent, pivot=True, on_timeout=OnTimeout.ASK)
    greet = local("trips.greet", retriable=True)


class Travelling:
    """This delivers for an agency, a round at a time."""

    def __init__(self, agency: Agency) -> None:
        self.log = open_log("default")
        self.consumers = [
            Consumer(one, database="default", source="default", owner="test")
            for one in agency.subscriptions()
        ]

    def one_round(self) -> int:
        assert self.log.lead()
        try:
            return sum(iter(self.log.tick, 0)) + sum(one.step() for one in self.consumers)
        finally:
            self.log.resign()

    def go_on(self) -> None:
        while self.one_round():
            pass

    def stop(self) -> None:
        for one in self.consumers:
            one.close()


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Agency:
    agency = Agency()
    monkeypatch.setitem(engine._engines, Tour.name, agency.engine)
    return agency


def state(*done: str) -> SagaState:
    return SagaState(steps={name: StepState(status=StepStatus.DONE) for name in done})


def said(*words: str) -> Any:
    out = io.StringIO()
    call_command("sagas", *words, "--json", stdout=out)
    return json.loads(out.getvalue())


class TestInstances:
    def test_end_under_the_definition_that_each_began_with(self, agency: Agency) -> None:
        before = Travelling(agency)
        for number in range(50):
            agency.want(f"old-{number}")
        before.one_round()  # So that the hundred are not all at the same step.
        for number in range(50, 100):
            agency.want(f"old-{number}")
        before.one_round()
        assert SagaInstance.objects.filter(status="running").count() >= 50

        before.stop()
        agency.engine.saga = Shorter
        after = Travelling(agency)
        for number in range(100):
            agency.want(f"new-{number}")
        after.go_on()

        ends = Counter(SagaInstance.objects.values_list("definition_hash", "status"))
        assert sum(ends.values()) == 200
        by_old = {f"old-{number}" for number in range(50)}
        for instance in SagaInstance.objects.filter(instance_id__in=by_old):
            assert instance.definition_hash == Tour.definition.hash
            assert instance.status == "completed"
            assert agency.standing(instance.instance_id) == {
                "rooms.book_room",
                "money.pay",
                "rooms.send_key",
            }
        for instance in SagaInstance.objects.filter(instance_id__startswith="new-"):
            assert instance.definition_hash == Shorter.definition.hash
            assert instance.status == "completed"
            assert agency.standing(instance.instance_id) == {"rooms.send_key"}


class TestDifference:
    def test_names_what_was_added_removed_and_changed(self) -> None:
        found = {
            change.step: (change.kind, change.fields)
            for change in changes(Tour.definition, Shorter.definition)
        }
        assert found["room"] == ("removed", ())
        assert found["greet"] == ("added", ())
        assert found["key"][0] == "changed"
        assert "after" in found["key"][1]
        assert "note" not in found

    @pytest.mark.parametrize(
        ("new", "at", "expected"),
        [
            (Tour, state("note", "price"), Standing.SAFE),
            (Shorter, state("note"), Standing.MIGRATABLE),
            (Shorter, state("note", "price"), Standing.PINNED),
        ],
    )
    def test_says_which_instances_would_notice(
        self, new: type[Saga], at: SagaState, expected: Standing
    ) -> None:
        assert standing(Tour.definition, new.definition, at) is expected

    def test_minds_only_what_was_done_where_an_instance_turns_back(self) -> None:
        back = SagaState(status=SagaStatus.COMPENSATING, steps=state("note").steps)
        assert standing(Tour.definition, Shorter.definition, back) is Standing.SAFE

    def test_pins_an_instance_that_has_done_what_now_comes_later(self) -> None:
        first, second = Shorter.definition.steps[:2]
        turned = Definition(
            name="trips.tour", version=3, input=Shorter.definition.input, steps=(second, first)
        )
        assert standing(Shorter.definition, turned, state("note")) is Standing.MIGRATABLE
        waits_for_key = replace(first, after=("key",))
        turned = replace(turned, steps=(replace(second, after=()), waits_for_key))
        assert standing(Shorter.definition, turned, state("note")) is Standing.PINNED


class TestCommands:
    def test_diff_counts_the_live_instances_of_a_form(self, agency: Agency) -> None:
        agency.deaf = "rooms.book_room"
        agency.want("t1")
        Travelling(agency).go_on()
        agency.engine.saga = Shorter
        (form,) = said("definitions", Tour.name)
        assert form["live"] == 1
        assert said("diff", Tour.name, form["hash"][:8])["instances"] == {"t1": "pinned"}

    def test_diff_says_which_forms_there_are_when_it_is_given_none_of_them(
        self, agency: Agency
    ) -> None:
        agency.want("t1")
        Travelling(agency).go_on()
        known = Tour.definition.hash[:12]
        with pytest.raises(CommandError, match=rf"0 forms .* 'nope'; stored are: {known}"):
            call_command("sagas", "diff", Tour.name, "nope")

    def test_check_fails_while_a_live_instance_needs_what_the_code_has_no_more(
        self, agency: Agency, capsys: pytest.CaptureFixture[str]
    ) -> None:
        agency.deaf = "rooms.book_room"
        agency.want("t1")
        Travelling(agency).go_on()
        call_command("sagas", "check")
        agency.engine.saga = Shorter
        agency.engine.locals = {**agency.engine.locals}
        del agency.engine.locals["trips.close"]
        with pytest.raises(CommandError, match="keep what they need until they have ended"):
            call_command("sagas", "check")
        told = capsys.readouterr().out
        assert "1 live trips.tour" in told
        assert "money.unpaid, trips.close" in told

    def test_a_handler_that_lacks_a_function_says_which(self, agency: Agency) -> None:
        with pytest.raises(LookupError, match=r"needs the function 'trips\.gone'.*sagas check"):
            agency.engine._function("trips.gone")
