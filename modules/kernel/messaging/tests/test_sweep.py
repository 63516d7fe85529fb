"""The sweep of wake-ups, which beat starts under every driver."""

import pytest
from pytest_django.fixtures import SettingsWrapper

from modules.kernel.messaging import tasks
from modules.kernel.messaging.drivers import celery as driver


class TestSweep:
    @pytest.mark.parametrize(("name", "wakes"), [("celery", 1), ("embedded", 0), ("worker", 0)])
    def test_wakes_the_modules_only_where_celery_delivers(
        self, settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch, name: str, wakes: int
    ) -> None:
        calls: list[None] = []
        monkeypatch.setattr(driver, "wake_all_modules", lambda: calls.append(None))
        settings.QUARRY_DRIVER = name
        tasks.sweep()
        assert len(calls) == wakes
