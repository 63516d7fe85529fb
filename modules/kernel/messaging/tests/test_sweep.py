"""The sweep of wake-ups, which beat starts under every driver."""

import pytest
from django.test import override_settings

from modules.kernel.messaging import tasks
from modules.kernel.messaging.drivers import celery as driver


class TestSweep:
    @pytest.mark.parametrize(("name", "wakes"), [("celery", 1), ("embedded", 0), ("worker", 0)])
    def test_wakes_the_modules_only_where_celery_delivers(
        self, monkeypatch: pytest.MonkeyPatch, name: str, wakes: int
    ) -> None:
        calls: list[None] = []
        monkeypatch.setattr(driver, "wake_all_modules", lambda: calls.append(None))
        with override_settings(QUARRY_DRIVER=name):
            tasks.sweep()
        assert len(calls) == wakes
