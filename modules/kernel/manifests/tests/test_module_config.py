"""What a module says of itself when the apps are ready, and what the kernel makes of it."""

import random
from datetime import timedelta

import pytest

from modules.kernel.contracts import event
from modules.kernel.interfaces import callers_of
from modules.kernel.manifests import Registration, installed_modules
from modules.kernel.messaging import RetryPolicy, subscriptions
from modules.kernel.messaging.set_aside import delay_seconds
from modules.kernel.messaging.subscriptions import subscription


@event("probe.heard", version=1, key="thing")
class Heard:
    """Something was heard."""

    thing: str


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Registration:
    """This is the registration of a module; its consumers are forgotten afterwards."""
    monkeypatch.setattr(subscriptions, "_subscriptions", {})
    return Registration("probe")


class TestAManifest:
    def test_names_who_may_be_called(self) -> None:
        for module in installed_modules():
            for interface in module.manifest.requires:
                assert module.label in callers_of(interface)


class TestARegistration:
    def test_begins_where_the_log_begins_unless_it_is_said(self, module: Registration) -> None:
        module.handles(Heard, print)
        assert not subscription("probe").from_now

    def test_is_more_patient_with_what_is_called_than_with_its_own_code(
        self, module: Registration
    ) -> None:
        module.handles(Heard, print)
        module.calls_out(Heard, print, print)
        [own] = subscription("probe").handlers["probe.heard"]
        [outward] = subscription("probe.outward").handlers["probe.heard"]
        assert _shortest_wait(own.retry) < timedelta(seconds=10)
        assert _shortest_wait(outward.retry) > timedelta(minutes=5)

    def test_begins_now_whatever_a_message_is_handled_by(self, module: Registration) -> None:
        module.handles(Heard, print, consumer="probe.alone", from_now=True)
        module.handles_together(Heard, print, consumer="probe.together", from_now=True)
        module.calls_out(Heard, print, print, from_now=True)
        for consumer in ("probe.alone", "probe.together", "probe.outward"):
            assert subscription(consumer).from_now


def _shortest_wait(retry: RetryPolicy) -> timedelta:
    """This gives for how long a message is tried at the least, before it is parked."""
    waits = (
        delay_seconds(retry, attempts=made, chance=_Least()) for made in range(1, retry.attempts)
    )
    return timedelta(seconds=sum(waits))


class _Least(random.Random):
    """This is chance at its worst: each wait is as short as it can be."""

    def uniform(self, a: float, b: float) -> float:
        return a
