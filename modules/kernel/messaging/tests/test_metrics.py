"""What the metrics say of messages that are handled, fail, wait and are parked."""

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from modules.kernel.messaging import metrics, statistics
from modules.kernel.messaging.keeper import Keeper
from modules.kernel.messaging.pulse import Pulse
from modules.kernel.messaging.subscriptions import RetryPolicy, Subscription
from modules.kernel.messaging.tests.probe import (
    Recorder,
    ThingHappened,
    probe_consumer,
    publish,
    run,
    tick,
)
from modules.kernel.messaging.tests.test_leases import expire, renew

pytestmark = pytest.mark.django_db(transaction=True)


class Counted:
    """This is how far the probe's counters have moved since it was made."""

    def __init__(self) -> None:
        self._before = self._now()

    def __getitem__(self, outcome: str) -> float:
        return self._now()[outcome] - self._before[outcome]

    @staticmethod
    def _now() -> dict[str, float]:
        labels = {"consumer": "probe", "name": "probe.thing_happened"}
        value = REGISTRY.get_sample_value
        found = {
            outcome: value("quarry_messages_handled_total", {**labels, "outcome": outcome})
            for outcome in ("handled", "failed", "parked")
        }
        found["timed"] = value("quarry_handler_seconds_count", labels)
        return {name: number or 0.0 for name, number in found.items()}


def things(count: int) -> None:
    publish(*(ThingHappened(thing="a", number=number) for number in range(count)))
    tick()


class TestCounters:
    def test_count_each_message_of_a_batch_once(self) -> None:
        things(5)
        counted = Counted()
        run(probe_consumer())
        assert (counted["handled"], counted["timed"]) == (5, 5)

    def test_do_not_count_what_was_rolled_back_with_its_batch(self) -> None:
        things(5)
        counted = Counted()
        # Once: when the batch is redone, message by message, it goes.
        fails = iter([False, False, True])
        run(probe_consumer(Recorder(fail=lambda *_: next(fails, False))))
        assert (counted["handled"], counted["failed"]) == (5, 0)
        assert counted["timed"] == 5 + 3

    def test_tell_failed_from_parked(self) -> None:
        things(3)
        counted = Counted()
        never = Recorder(fail=lambda message, _: message.number == 1)
        run(probe_consumer(never, retry=RetryPolicy(attempts=1)))
        assert (counted["handled"], counted["failed"], counted["parked"]) == (1, 0, 1)

    def test_count_what_is_tried_again(self) -> None:
        things(1)
        counted = Counted()
        consumer = probe_consumer(Recorder(fail=lambda _, delivery: delivery.attempt == 1))
        while not counted["handled"]:
            consumer.look_again()
            consumer.step()
        consumer.close()
        assert (counted["handled"], counted["failed"], counted["parked"]) == (1, 1, 0)

    def test_count_what_calls_out_with_the_time_of_the_call(self) -> None:
        labels = {"consumer": "probe", "name": "probe.thing_happened"}
        before = REGISTRY.get_sample_value("quarry_outward_call_seconds_count", labels) or 0
        things(2)
        counted = Counted()
        run(probe_consumer(lambda *_: None, call=lambda *_: None))
        assert counted["handled"] == 2
        assert REGISTRY.get_sample_value("quarry_outward_call_seconds_count", labels) == before + 2

    def test_count_the_ticks_of_a_log(self) -> None:
        labels = {"log": "default"}
        before = REGISTRY.get_sample_value("quarry_log_ticks_total", labels) or 0
        keeper = Keeper("default", Pulse())
        keeper.step()
        keeper.step()
        keeper.close()
        assert REGISTRY.get_sample_value("quarry_log_ticks_total", labels) == before + 2


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> None:
    """This has the probe be the only consumer that statistics are made of."""
    probe = Subscription("probe", "probe", probe_consumer().subscription.handlers)
    monkeypatch.setattr(statistics, "subscriptions", lambda: (probe,))


def workers() -> int:
    (found,) = statistics.consumer_statistics()
    return found.workers


@pytest.mark.usefixtures("probed")
class TestGauges:
    def test_count_the_workers_that_hold_partitions(self) -> None:
        first, second = probe_consumer(owner="a"), probe_consumer(owner="b")
        renew(first, second)
        assert workers() == 2
        first.close()
        second.close()
        assert workers() == 0

    def test_count_no_worker_that_has_died(self) -> None:
        consumer = probe_consumer()
        renew(consumer)
        assert workers() == 1
        expire(consumer)
        assert workers() == 0

    def test_say_how_far_every_consumer_is(self) -> None:
        park = Recorder(fail=lambda message, _: message.number == 1)
        consumer = probe_consumer(park, retry=RetryPolicy(attempts=1))
        things(4)
        run(consumer)
        things(2)

        families = text_string_to_metric_families(metrics.statistics_exposition().decode())
        found = {
            (sample.name, sample.labels.get("state", "")): sample.value
            for family in families
            for sample in family.samples
        }

        assert found["quarry_messages_set_aside", "parked"] == 1
        assert found["quarry_messages_set_aside", "waiting"] == 2
        assert found["quarry_consumer_lag_messages", ""] == 2
        assert found["quarry_consumer_oldest_waiting_seconds", ""] > 0
        assert found["quarry_consumer_workers", ""] == 0
        assert found["quarry_log_head_position", ""] >= 6
