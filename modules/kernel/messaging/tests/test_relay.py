"""The relay on each database, over a broker that is a list."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY

from modules.kernel.messaging.brokers import (
    BrokerUnavailable,
    NobodyListens,
)
from modules.kernel.messaging.models import Message, SetAside
from modules.kernel.messaging.subscriptions import RetryPolicy
from modules.kernel.messaging.tests.list_broker import ListBroker, Named, happened, new_relay
from modules.kernel.messaging.tests.probe import publish

pytestmark = pytest.mark.django_db(transaction=True)


def handled_by_relay() -> float:
    """This gives how many of the probe's messages the metrics have as published."""
    labels = {"consumer": "relay", "name": "probe.thing_happened", "outcome": "handled"}
    return REGISTRY.get_sample_value("quarry_messages_handled_total", labels) or 0.0


class TestRelay:
    def test_publishes_in_order_and_each_once(self) -> None:
        broker = ListBroker()
        happened(*range(50))
        relay = new_relay(broker)
        while relay.step():
            pass
        relay.close()
        happened(50, 51)
        relay = new_relay(broker)
        while relay.step():
            pass
        relay.close()
        assert broker.numbers() == [str(number) for number in range(52)]

    def test_waits_for_a_broker_that_is_away(self) -> None:
        broker = ListBroker(is_away=True)
        happened(1, 2)
        relay = new_relay(broker)
        assert relay.step() == 0
        assert 0 < relay.idle_seconds <= 0.1
        broker.is_away = False
        relay._paused_until = 0.0
        assert relay.step() == 2
        relay.close()
        assert broker.numbers() == ["1", "2"]
        assert not SetAside.objects.exists()

    def test_publishes_nothing_that_came_from_elsewhere(self) -> None:
        broker = ListBroker()
        happened(1)
        Message.objects.update(source="elsewhere")
        relay = new_relay(broker)
        relay.step()
        relay.close()
        assert broker.numbers() == []

    def test_parks_what_cannot_go_with_the_later_ones_of_its_key(self) -> None:
        broker = ListBroker(too_large=2)
        happened(1, 2, 3)
        happened(4, thing="b")
        relay = new_relay(broker)
        relay.step()
        assert broker.numbers() == ["1", "4"]
        states = SetAside.objects.order_by("pos").values_list("state", "error")
        assert list(states) == [("parked", "too large"), ("waiting", "")]
        broker.too_large = -1
        SetAside.objects.filter(state="parked").update(
            state="retrying", attempts=0, due_at="2000-01-01T00:00:00Z"
        )
        relay.look_again()
        while relay.step():
            relay.look_again()
        relay.close()
        assert broker.numbers() == ["1", "4", "2", "3"]

    def test_waits_for_a_broker_that_is_away_with_what_was_set_aside(self) -> None:
        """However often it tries: what an operator has let go on is not parked once more."""
        broker = ListBroker(too_large=1)
        happened(1, 2, 3)
        relay = new_relay(broker)
        relay.step()
        broker.is_away = True
        SetAside.objects.get(state="parked").delete()
        for _ in range(RetryPolicy().attempts + 1):
            SetAside.objects.update(due_at="2000-01-01T00:00:00Z")
            relay.look_again()
            relay._paused_until = 0.0
            broker.is_closed = False
            assert relay.step() == 0
            assert broker.is_closed
            assert relay.idle_seconds > 0
        assert set(SetAside.objects.values_list("attempts", flat=True)) == {0}
        assert not SetAside.objects.filter(state="parked").exists()
        broker.is_away = False
        relay._paused_until = 0.0
        while SetAside.objects.update(due_at="2000-01-01T00:00:00Z"):
            relay.look_again()
            assert relay.step() == 1
        relay.close()
        assert broker.numbers() == ["2", "3"]

    def test_counts_what_the_broker_refuses_and_parks_it_after_its_attempts(self) -> None:
        broker = ListBroker(too_large=1)
        happened(1)
        relay = new_relay(broker)
        relay.step()
        SetAside.objects.update(state="retrying", attempts=0)
        for attempts in range(1, RetryPolicy().attempts + 1):
            SetAside.objects.update(due_at="2000-01-01T00:00:00Z")
            relay.look_again()
            assert relay.step() == 1
            assert SetAside.objects.get().attempts == attempts
        relay.close()
        parked = SetAside.objects.get()
        assert (parked.state, parked.error.splitlines()[-1][-9:]) == ("parked", "too large")

    @pytest.mark.parametrize(
        ("error", "becomes"),
        [
            (BrokerUnavailable("it may not"), ("retrying", 0)),
            (NobodyListens("nobody"), ("retrying", 1)),
            (KeyError("unforeseen"), ("retrying", 1)),
        ],
    )
    def test_is_not_held_up_by_one_that_was_set_aside(
        self, error: Exception, becomes: tuple[str, int]
    ) -> None:
        """What goes wrong with that one alone is no matter of the others."""
        broker = ListBroker(too_large=1)
        happened(1)
        relay = new_relay(broker)
        relay.step()
        broker.too_large, broker.refused_alone = -1, {1: error}
        SetAside.objects.update(state="retrying", attempts=0, due_at="2000-01-01T00:00:00Z")
        relay.look_again()
        happened(2, thing="b")
        relay.step()
        relay.close()
        assert broker.numbers() == ["2"]
        assert SetAside.objects.values_list("state", "attempts").get() == becomes

    def test_parks_what_turns_out_undeliverable_and_publishes_the_others(self) -> None:
        broker = ListBroker(undeliverable=3)
        happened(1, 2, 3, 4)
        happened(5, thing="b")
        relay, handled = new_relay(broker), handled_by_relay()
        assert relay.step() == 5
        relay.close()
        assert handled_by_relay() - handled == 3
        # Again from the beginning, as after any failure: the inbox knows what had arrived.
        assert broker.numbers() == ["1", "2", "1", "2", "5"]
        states = SetAside.objects.order_by("pos").values_list("state", "error")
        assert list(states) == [("parked", "too large after all"), ("waiting", "")]

    def test_judges_what_is_personal_as_it_is_published(self) -> None:
        broker = ListBroker(unwanted="Ann")
        publish(Named(person="p-1", name="Ann"))
        happened(1)
        relay = new_relay(broker)
        relay.step()
        relay.close()
        assert broker.numbers() == ["1"]
        assert SetAside.objects.get().error == "unwanted"
