"""What operators do to messages."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models.functions import Now
from django.db.utils import ConnectionHandler

from modules.kernel.messaging import operations, subscriptions
from modules.kernel.messaging.leases import make_partitions
from modules.kernel.messaging.models import Message, OperatorAction, Partition, SetAside
from modules.kernel.messaging.tests.parked import ONCE, messages, park, parked_position
from modules.kernel.messaging.tests.probe import (
    ThingHappened,
    effects,
    probe_consumer,
    publish,
    run,
    tick,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def database(settings: LazySettings, tmp_path: Path) -> Iterator[str]:
    """This gives the alias of a second database that holds a module."""
    alias = "second"
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "second.sqlite3")}
    # Not among the settings: Django lets a test connect to those only that it was begun with.
    connections[alias] = ConnectionHandler({"default": {}, alias: sqlite}).create_connection(alias)
    try:
        settings.QUARRY_DATABASES = {**settings.QUARRY_DATABASES, "second": alias}
        call_command("migrate", "messaging", database=alias, verbosity=0)
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]


class TestOperators:
    def test_retry_a_parked_message_and_its_key_goes_on(self) -> None:
        park(1)
        operations.retry(
            consumer="probe", source="default", position=parked_position(), operator="ann"
        )
        run(probe_consumer(retry=ONCE))
        assert [one for one in effects() if ":" in one and one.startswith("a:")] == [
            f"a:{number}" for number in range(5)
        ]
        action = OperatorAction.objects.get(action="messages.retry")
        assert action.operator == "ann"
        assert action.subject.endswith("probe.thing_happened")

    def test_cannot_retry_what_waits_and_are_told_which_one_to_try(self) -> None:
        park(1, 2)
        first, second, *_ = operations.set_aside()
        told = (
            rf"waits behind probe\.thing_happened at default:{first.position} \(parked\).*"
            rf"`manage\.py messages retry probe default {first.position}`"
        )
        with pytest.raises(CommandError, match=told):
            messages("retry", "probe", "default", str(second.position))
        assert [one.state for one in operations.set_aside()] == ["parked"] + ["waiting"] * 3
        assert not OperatorAction.objects.filter(action="messages.retry").exists()
        messages("drop", "probe", "default", str(first.position), "--reason", "torn")
        messages("retry", "probe", "default", str(second.position))
        assert operations.set_aside()[0].state == "retrying"

    def test_retry_a_message_and_find_it_where_it_was(self) -> None:
        """What came in the same millisecond is told apart by its position, before and after."""
        park(1)
        SetAside.objects.update(set_aside_at=Now())
        operations.retry(
            consumer="probe", source="default", position=parked_position(), operator="ann"
        )
        assert [one.state for one in operations.set_aside()] == ["retrying"] + ["waiting"] * 3

    def test_are_told_how_to_see_that_a_message_went_through(self) -> None:
        park(1)
        holder = probe_consumer(retry=ONCE)
        holder.step()
        said = messages("retry", "probe", "default", str(parked_position()))
        assert said == "it is due now; when `messages list` no longer has it, it went through\n"
        holder.look_again()
        run(holder)
        assert messages("list") == "nothing is set aside\n"

    def test_are_told_that_nobody_would_try_it(self) -> None:
        park(1)  # The consumer has given its partitions back.
        said = messages("retry", "probe", "default", str(parked_position()))
        assert "no worker holds partitions of probe" in said

    def test_drop_a_parked_message_with_a_reason_that_is_kept(self) -> None:
        park(1)
        operations.drop(
            consumer="probe",
            source="default",
            position=parked_position(),
            operator="ann",
            reason="the thing was withdrawn",
        )
        run(probe_consumer(retry=ONCE))
        assert [one for one in effects() if one.startswith("a:")] == ["a:0", "a:2", "a:3", "a:4"]
        assert (
            OperatorAction.objects.get(action="messages.drop").reason == "the thing was withdrawn"
        )

    def test_drop_all_of_a_key_and_none_of_it_is_parked_next(self) -> None:
        """As where each later message is the same command again, and fails as the first did."""
        recorder = park(1, 2, 3)
        publish(*(ThingHappened(thing=thing, number=1) for thing in "bc"))
        tick()
        run(probe_consumer(recorder, retry=ONCE))
        first = parked_position()
        dropping = (
            "drop",
            "probe",
            "default",
            str(first + 1),
            "--whole-key",
            "--reason",
            "by hand",
        )
        assert messages(*dropping) == (
            "4 dropped for this consumer, which were all that it had set aside of the key a\n"
        )
        run(probe_consumer(recorder, retry=ONCE))
        assert [one.key for one in operations.set_aside()] == ["b", "c"]
        dropped = OperatorAction.objects.filter(action="messages.drop").order_by("id")
        assert [(one.subject, one.reason) for one in dropped] == [
            (f"probe default:{first + number} probe.thing_happened", "by hand")
            for number in range(4)
        ]

    def test_cannot_drop_without_a_reason(self) -> None:
        park(1)
        with pytest.raises(ValueError, match="say why"):
            operations.drop(
                consumer="probe",
                source="default",
                position=parked_position(),
                operator="ann",
                reason=" ",
            )

    def test_see_what_is_set_aside_as_json(self) -> None:
        park(1)
        listed = json.loads(messages("list", "--json"))
        assert [(one["position"] - listed[0]["position"], one["state"]) for one in listed] == [
            (0, "parked"),
            (1, "waiting"),
            (2, "waiting"),
            (3, "waiting"),
        ]
        position = str(listed[0]["position"])
        shown = json.loads(messages("show", "probe", "default", position, "--json"))
        assert shown["event"]["type"] == "probe.thing_happened.v1"
        assert "a:1 will not go" in shown["error"]

    @pytest.mark.parametrize("another_follows", [True, False])
    def test_see_a_message_that_is_not_in_the_log_any_more(self, another_follows: bool) -> None:
        park(1)
        position = str(parked_position())
        gone = Message.objects.all()
        if another_follows:
            gone = gone.filter(message_id=SetAside.objects.get(state="parked").message_id)
        gone.delete()
        shown = json.loads(messages("show", "probe", "default", position, "--json"))
        assert shown["event"] is None
        assert "a:1 will not go" in shown["error"]
        told = messages("show", "probe", "default", position)
        assert "a:1 will not go" in told
        assert "event: it is not in the log any more" in told

    def test_see_what_is_oldest_whatever_database_it_is_in(self, database: str) -> None:
        park(1)
        SetAside.objects.update(set_aside_at="2026-01-02T00:00:00Z")
        row = SetAside.objects.values().latest("pos")
        SetAside.objects.using(database).create(
            **{**row, "set_aside_at": datetime(2026, 1, 1, tzinfo=UTC)}
        )
        listed = operations.set_aside(limit=2)
        assert [one.database for one in listed] == [database, "default"]

    def test_see_the_log_where_commands_ask_for_it(self) -> None:
        park(1)
        position = str(parked_position())
        (first, *_) = json.loads(messages("list", "--json"))
        assert first["log"] == "default"
        assert "log: default" in messages("show", "probe", "default", position)
        assert {one["log"] for one in json.loads(messages("stats", "--json"))} == {"default"}

    def test_see_in_the_list_what_the_last_attempt_said(self) -> None:
        park(1)
        listed = messages("list")
        heading, *_ = [line.split() for line in listed.splitlines() if line.strip()]
        assert heading == ["consumer", "log", "position", "state", "key", "message"]
        assert "RuntimeError: a:1 will not go" in listed
        assert "1 attempt" in listed

    def test_see_markup_in_an_error_as_it_is(self) -> None:
        park(1)
        SetAside.objects.filter(state="parked").update(error="KeyError: no [bold]such[/nothing]")
        assert "no [bold]such[/nothing]" in messages("list")
        assert "no [bold]such[/nothing]" in messages(
            "show", "probe", "default", str(parked_position())
        )

    def test_see_tables_that_fit_a_terminal(self) -> None:
        park(1)
        long = f"{'x' * 36} " * 9
        SetAside.objects.update(key="01a205ad-1adb-75f5-8046-ec2c5021b26b", error=long)
        for table in (messages("list"), messages("stats")):
            assert max(len(line.rstrip()) for line in table.splitlines()) <= 120
        assert "01a205ad-1adb-75f5-8046-ec2c5021b26b" in messages("list")

    def test_are_told_what_a_lag_counts(self) -> None:
        told = "lag counts the messages that a consumer handles; head and checkpoint count all"
        assert told in messages("stats")

    def test_are_told_what_to_do_about_a_wrong_position(self) -> None:
        make_partitions(database="default", consumer="probe", source="default", start=0)
        with pytest.raises(CommandError, match=r"`manage\.py messages list` shows what is"):
            messages("retry", "probe", "default", "99")


#: Each subcommand that names a log or a consumer, one of which there is not.
MISNAMED = [
    ("list", "--consumer", "prob"),
    ("show", "probe", "nolog", "1"),
    ("show", "prob", "default", "1"),
    ("retry", "probe", "nolog", "1"),
    ("retry", "prob", "default", "1"),
    ("drop", "probe", "nolog", "1", "--reason", "R"),
    ("drop", "prob", "default", "1", "--reason", "R"),
    ("replay", "probe", "nolog", "--from", "0"),
    ("replay", "prob", "default", "--from", "0"),
    ("archive", "nolog", "log.jsonl.gz"),
    ("replay-archive", "prob", "log.jsonl.gz"),
    ("prune", "nolog", "--older-than-days", "90"),
]


class TestNames:
    @pytest.mark.parametrize("arguments", MISNAMED, ids=" ".join)
    def test_of_what_there_is_not_are_refused_with_those_that_there_are(
        self, arguments: tuple[str, ...]
    ) -> None:
        make_partitions(database="default", consumer="probe", source="default", start=0)
        told = r"no log 'nolog'; known: default|no consumer 'prob'; known: .*probe"
        with pytest.raises(CommandError, match=told):
            messages(*arguments)
        assert not OperatorAction.objects.exists()

    def test_of_a_consumer_that_the_code_has_no_more_are_known(self) -> None:
        """What it has set aside keeps the log, and somebody must drop it."""
        park(1)
        (*_, last) = json.loads(messages("list", "--consumer", "probe", "--json"))
        messages("drop", "probe", "default", str(last["position"]), "--reason", "it is gone")


class TestReplay:
    @pytest.mark.parametrize("ahead", [1, 10_000_000])
    def test_is_refused_where_it_would_pass_messages_over(
        self, monkeypatch: pytest.MonkeyPatch, ahead: int
    ) -> None:
        park(0)
        subscription = probe_consumer().subscription
        monkeypatch.setitem(subscriptions._subscriptions, "probe", subscription)
        slowest = Partition.objects.earliest("part")
        Partition.objects.exclude(pk=slowest.pk).update(checkpoint=slowest.checkpoint + 1)
        there = slowest.checkpoint
        with pytest.raises(CommandError, match=rf"come to position {there} .*`--from {there}`"):
            messages("replay", "probe", "default", "--from", str(there + ahead))
        assert SetAside.objects.count() == 5
        assert not OperatorAction.objects.filter(action="messages.replay").exists()
        messages("replay", "probe", "default", "--from", str(there))
        assert OperatorAction.objects.filter(action="messages.replay").exists()
