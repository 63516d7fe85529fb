"""The turns of a Celery task: every consumer of its module is served in each."""

import time

import pytest

from modules.kernel.messaging import tasks
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.drivers import celery as driver
from modules.kernel.messaging.subscriptions import Handler, Subscription
from modules.kernel.messaging.tests.probe import (
    ThingHappened,
    effects,
    publish,
    record_effect,
    tick,
)

pytestmark = pytest.mark.django_db(transaction=True)

TURN_SECONDS = 0.05


def work_for_a_turn(message: ThingHappened, delivery: Delivery) -> None:
    until = time.monotonic() + TURN_SECONDS
    while time.monotonic() < until:
        pass


class TestATurn:
    def test_serves_the_others_where_one_consumer_alone_would_fill_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However often the first of them has more, the others get on."""
        slow, quick = (
            Subscription(name, "probe", {"probe.thing_happened": (Handler(record=record),)})
            for name, record in (("probe.a", work_for_a_turn), ("probe.b", record_effect))
        )
        woken: list[str] = []
        monkeypatch.setattr(tasks, "subscriptions", lambda: (slow, quick))
        monkeypatch.setattr(tasks, "followers", lambda: ())
        monkeypatch.setattr(tasks, "_TURN_SECONDS", TURN_SECONDS)
        monkeypatch.setattr(driver, "wake_module", woken.append)
        publish(ThingHappened(thing="a", number=1))
        tick()
        tasks.deliver(module="probe")
        assert effects() == ["a:1"]
        assert woken == ["probe"], "another turn for who was cut short"
