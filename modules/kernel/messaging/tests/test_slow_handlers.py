"""Handlers that take longer than a lease lasts, or than they may, under each driver."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from modules.kernel.messaging import tasks
from modules.kernel.messaging.delivery import Delivery
from modules.kernel.messaging.models import SetAside
from modules.kernel.messaging.subscriptions import Handler, RetryPolicy, Subscription
from modules.kernel.messaging.tests.driver_threads import delivering_threads
from modules.kernel.messaging.tests.probe import (
    ThingHappened,
    effects,
    probe_consumer,
    publish,
    record_effect,
    tick,
)

pytestmark = pytest.mark.django_db(transaction=True)

_LEASE_SECONDS = 1.0


class TestAHandlerThatIsSlowerThanALease:
    @pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="on SQLite one process delivers"
    )
    def test_keeps_its_partition_while_it_is_within_its_time_limit(
        self, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        settings.QUARRY_LEASE_SECONDS = _LEASE_SECONDS
        begun = threading.Event()
        taken_over: list[ThingHappened] = []

        def handle(message: ThingHappened, delivery: Delivery) -> None:
            record_effect(message, delivery)
            begun.set()
            until = time.monotonic() + 3 * _LEASE_SECONDS
            while time.monotonic() < until:
                threading.Event().wait(0.01)

        subscription = Subscription(
            "probe", "probe", {"probe.thing_happened": (Handler(record=handle),)}
        )
        publish(ThingHappened(thing="a", number=1))
        tick()
        with delivering_threads(subscription, monkeypatch):
            assert begun.wait(10)
            other = probe_consumer(
                lambda message, delivery: taken_over.append(message), owner="other"
            )
            deadline = time.monotonic() + 30
            while not effects() and not taken_over:
                assert time.monotonic() < deadline, "the effect is made"
                other.step()
                threading.Event().wait(0.1)
        assert not taken_over
        assert effects() == ["a:1"]


class TestAHandlerThatHangsUnderCelery:
    def test_is_interrupted_and_counted(self) -> None:
        def hang(message: ThingHappened, delivery: Delivery) -> None:
            while True:
                threading.Event().wait(0.01)

        handler = Handler(
            record=hang,
            retry=RetryPolicy(attempts=1, first=timedelta(days=1)),
            time_limit_seconds=0.3,
        )
        publish(ThingHappened(thing="a", number=1))
        tick()
        tasks._deliver(
            Subscription("probe", "probe", {"probe.thing_happened": (handler,)}),
            "default",
            time.monotonic() + 30,
        )
        parked = SetAside.objects.get()
        assert (parked.state, parked.attempts) == ("parked", 1)
        assert "HandlerTimedOut" in parked.error
        assert not connection.in_atomic_block
