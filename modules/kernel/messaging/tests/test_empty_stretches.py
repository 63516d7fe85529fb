"""Stretches of a log that hold nothing for a consumer, longer than one read looks at."""

from dataclasses import replace

import pytest

from modules.kernel.messaging import consumer, statistics
from modules.kernel.messaging.envelope import partition_of
from modules.kernel.messaging.logs import open_log, postgresql, sqlite
from modules.kernel.messaging.models import Partition
from modules.kernel.messaging.tests.probe import (
    DoThing,
    ThingHappened,
    effects,
    probe_consumer,
    publish,
    run,
    tick,
)

pytestmark = pytest.mark.django_db(transaction=True)

STRETCH = 10


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """This has a read look at ten positions, so that a log of forty is a long one."""
    for module in (consumer, postgresql, sqlite):
        monkeypatch.setattr(module, "SCAN_LIMIT", STRETCH)


def publish_beyond(positions: int, count: int = 1) -> None:
    """This appends messages for the probe after others that are of no concern to it."""
    publish(*(DoThing(thing="other") for _ in range(positions)))
    publish(*(ThingHappened(thing="a", number=number) for number in range(count)))
    tick()


class TestAConsumer:
    def test_reads_on_without_waiting_for_news(self) -> None:
        publish_beyond(4 * STRETCH)
        assert run(probe_consumer()) >= 1
        assert effects() == ["a:0"]

    def test_reads_on_where_another_partition_has_been_long_ago(self) -> None:
        publish(*(ThingHappened(thing="a", number=number) for number in range(8)))
        publish(ThingHappened(thing="b", number=8))
        tick()
        run(probe_consumer())
        Partition.objects.filter(part=partition_of("b")).update(checkpoint=0)
        run(probe_consumer(batch=2))
        assert effects()[8:] == ["b:8", "b:8"]

    def test_has_nothing_to_do_at_the_end(self) -> None:
        publish_beyond(STRETCH, count=0)
        run(probe_consumer())
        assert probe_consumer().step() == 0


class TestStatistics:
    @pytest.fixture(autouse=True)
    def probed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        probe = probe_consumer()
        monkeypatch.setattr(statistics, "subscriptions", lambda: (probe.subscription,))
        # Not from the start: the positions that earlier tests had are a stretch of their own.
        publish_beyond(1, count=0)
        Partition.objects.update(checkpoint=open_log("default").head())

    def test_count_what_waits_beyond_them(self) -> None:
        publish_beyond(4 * STRETCH, count=3)
        (found,) = statistics.consumer_statistics()
        assert found.lag == 3
        assert found.oldest_seconds > 0

    def test_count_up_to_the_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(statistics, "LAG_LIMIT", STRETCH)
        publish_beyond(STRETCH + 5, count=2 * STRETCH)
        (found,) = statistics.consumer_statistics()
        assert found.lag == STRETCH

    def test_take_what_is_too_far_to_be_counted_for_waiting(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(statistics, "_READS", 2)
        publish_beyond(4 * STRETCH)
        (found,) = statistics.consumer_statistics()
        assert found.lag == statistics.LAG_LIMIT
        assert found.oldest_seconds > 0

    def test_have_nothing_of_before_where_it_begins_with_what_is_new(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        new = replace(probe_consumer().subscription, from_now=True)
        monkeypatch.setattr(statistics, "subscriptions", lambda: (new,))
        Partition.objects.all().delete()  # It has never run.
        publish_beyond(STRETCH)
        (found,) = statistics.consumer_statistics()
        assert (found.lag, found.checkpoint) == (0, found.head)
