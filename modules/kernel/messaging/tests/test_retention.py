"""What is kept of the log, and where: archives, and what a prune leaves."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.kernel.contracts import new_id
from modules.kernel.messaging import archive, inbox, operations, retention, subscriptions
from modules.kernel.messaging.logs import open_log
from modules.kernel.messaging.models import Inbox, Message, SetAside
from modules.kernel.messaging.tests.parked import ONCE, messages, park, parked_position
from modules.kernel.messaging.tests.probe import (
    ThingHappened,
    effects,
    probe_consumer,
    publish,
    run,
    tick,
)
from modules.kernel.messaging.unit_of_work import unit_of_work

pytestmark = pytest.mark.django_db(transaction=True)


class TestArchive:
    def grow(self, *numbers: int) -> list[int]:
        """This appends to the log, and gives all positions in it."""
        publish(*(ThingHappened(thing="a", number=number) for number in numbers))
        tick()
        run(probe_consumer())
        found, _ = open_log("default").read(after=0, names=None, parts=None, limit=100)
        return [one.position for one in found]

    def test_is_not_written_over_another_which_may_hold_what_was_pruned(
        self, tmp_path: Path
    ) -> None:
        first, second = tmp_path / "first.jsonl.gz", tmp_path / "second.jsonl.gz"
        self.grow(0, 1, 2)
        messages("archive", "default", str(first))
        messages("prune", "default", "--older-than-days", "0")
        self.grow(3, 4)
        with pytest.raises(CommandError, match=r"first\.jsonl\.gz is there already.*another file"):
            messages("archive", "default", str(first))
        messages("archive", "default", str(second))
        kept = [one for path in (first, second) for one in archive.read_archive(path)]
        assert {json.loads(one.data)["number"] for one in kept} == {0, 1, 2, 3, 4}

    def test_says_which_positions_it_really_holds(self, tmp_path: Path) -> None:
        self.grow(0, 1, 2)
        messages("prune", "default", "--older-than-days", "0")
        first, *_, last = self.grow(3, 4)
        told = messages("archive", "default", str(tmp_path / "log.jsonl.gz"))
        assert f"positions {first} to {last} are in" in told
        rest = str(tmp_path / "rest.jsonl.gz")
        told = messages("archive", "default", rest, "--after", str(last))
        assert f"the log holds nothing after position {last}" in told

    def test_gives_each_message_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        publish(*(ThingHappened(thing="a", number=number) for number in range(5)))
        tick()
        consumer = probe_consumer()
        monkeypatch.setattr(archive, "subscription", lambda name: consumer.subscription)
        path = tmp_path / "log.jsonl.gz"
        head = consumer.log.head()
        assert list(archive.archive("default", path, after=0, until=head))[-1] == head
        for _ in range(2):
            list(archive.replay_archive("probe", path))
        assert effects() == [f"a:{number}" for number in range(5)]

    def test_is_refused_for_a_consumer_that_calls_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A provider has long forgotten the keys by which it would know the calls again."""
        publish(ThingHappened(thing="a", number=1))
        tick()
        calls: list[object] = []
        consumer = probe_consumer(lambda *_: None, call=lambda *some: calls.append(some))
        run(consumer)
        monkeypatch.setitem(subscriptions._subscriptions, "probe", consumer.subscription)
        path = tmp_path / "log.jsonl.gz"
        messages("archive", "default", str(path))
        with pytest.raises(CommandError, match=r"probe calls out for probe\.thing_happened"):
            messages("replay-archive", "probe", str(path))
        assert len(calls) == 1


class TestRetention:
    def test_keeps_what_a_consumer_or_something_set_aside_still_needs(self) -> None:
        park(2)
        needed_from = parked_position()
        deleted = sum(retention.prune("default", older_than=timedelta(0)))
        assert deleted == 2
        kept = [m.data for m in Message.objects.order_by("id")]
        assert [f'"number":{number}' in data for number, data in zip((2, 3, 4), kept, strict=True)]
        operations.retry(consumer="probe", source="default", position=needed_from, operator="ann")
        run(probe_consumer(retry=ONCE))
        assert effects()[-3:] == ["a:2", "a:3", "a:4"]

    def test_is_survived_by_what_was_set_aside(self) -> None:
        """Of a log that something else has deleted from."""
        park(2)
        operations.retry(
            consumer="probe", source="default", position=parked_position(), operator="ann"
        )
        Message.objects.filter(
            message_id=SetAside.objects.get(state="retrying").message_id
        ).delete()
        publish(ThingHappened(thing="b", number=7))
        tick()
        run(probe_consumer(retry=ONCE))
        assert effects()[-1] == "b:7"
        assert operations.set_aside(state="parked")[0].error == "it is not in the log any more"

    def test_looks_at_few_rows_in_a_transaction_and_at_each_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also at those that are kept, of which there may be millions before the first to go."""
        monkeypatch.setattr(retention, "CHUNK", 2)
        with unit_of_work("probe") as work:
            work.append_to_stream(
                "kept", [ThingHappened(thing="a", number=n) for n in range(4)], expected_version=0
            )
        publish(*(ThingHappened(thing="a", number=number) for number in range(4, 7)))
        tick()
        run(probe_consumer())
        publish(ThingHappened(thing="b", number=1))
        tick()
        run(probe_consumer())
        assert list(retention.prune("default", older_than=timedelta(0)))[:3] == [0, 0, 2]
        assert Message.objects.filter(stream="kept").count() == 4

    def test_forgets_what_was_received_in_several_transactions(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inbox, "CHUNK", 2)
        inbox.receive_all("default", "probe", [new_id() for _ in range(5)])
        with CaptureQueriesContext(connection) as queries:
            assert inbox.prune("default", older_than=timedelta(days=-1)) == 5
        assert len(queries) == 3
        assert not Inbox.objects.exists()

    def test_keeps_what_is_young(self) -> None:
        publish(ThingHappened(thing="a", number=1))
        tick()
        run(probe_consumer())
        assert sum(retention.prune("default", older_than=timedelta(days=1))) == 0
