"""A driver that there is not would deliver nothing: it is refused, and does not stay unsaid."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from modules.kernel.messaging.drivers import DRIVERS, embedded


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_check_is_content_with_each_driver_that_there_is(
    settings: Settings, driver: str
) -> None:
    settings.QUARRY_DRIVER = driver
    assert run_checks(tags=["messaging"]) == []


class TestAMistypedDriver:
    @pytest.fixture(autouse=True)
    def mistyped(self, settings: Settings) -> None:
        settings.QUARRY_DRIVER = "wroker"

    def test_is_an_error_that_says_what_it_may_be(self) -> None:
        (error,) = run_checks(tags=["messaging"])
        assert error.id == "quarry.E017"
        assert "QUARRY_DRIVER is 'wroker'" in error.msg
        assert error.hint == "it may be embedded, worker or celery"

    def test_keeps_a_web_process_from_starting(self) -> None:
        with pytest.raises(ImproperlyConfigured, match="embedded, worker or celery"):
            embedded.start_if_configured()
