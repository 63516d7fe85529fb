"""What a module says of itself when the apps are ready, and what the kernel makes of it."""

import pytest

from modules.kernel.contracts import event
from modules.kernel.interfaces import callers_of
from modules.kernel.manifests import Registration, installed_modules
from modules.kernel.messaging import subscriptions
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

    def test_begins_now_whatever_a_message_is_handled_by(self, module: Registration) -> None:
        module.handles(Heard, print, consumer="probe.alone", from_now=True)
        module.handles_together(Heard, print, consumer="probe.together", from_now=True)
        module.calls_out(Heard, print, print, from_now=True)
        for consumer in ("probe.alone", "probe.together", "probe.outward"):
            assert subscription(consumer).from_now
