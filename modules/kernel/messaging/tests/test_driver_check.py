"""A driver that there is not would deliver nothing: it is refused, and does not stay unsaid."""

import pytest
from django.core.checks import Error, run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from modules.kernel.messaging.drivers import DRIVERS, embedded


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_check_is_content_with_each_driver_that_there_is(
    settings: Settings, driver: str
) -> None:
    settings.QUARRY_DRIVER = driver
    assert run_checks(tags=["messaging"]) == []


class TestCeleryWithoutABroker:
    """Each process would have queues of its own, and no worker would hear of anything."""

    @pytest.fixture(autouse=True)
    def in_memory(self, settings: Settings) -> None:
        settings.QUARRY_DRIVER, settings.CELERY_BROKER_URL = "celery", "memory://"

    def test_is_not_fit_for_a_deployment(self) -> None:
        [error] = run_checks(tags=["messaging"], include_deployment_checks=True)
        assert isinstance(error, Error)
        assert error.id == "quarry.E019"
        assert "CELERY_BROKER_URL is 'memory://'" in error.msg

    def test_is_no_matter_where_nothing_is_deployed(self) -> None:
        assert run_checks(tags=["messaging"]) == []

    def test_is_no_matter_for_another_driver(self, settings: Settings) -> None:
        settings.QUARRY_DRIVER = "worker"
        assert run_checks(tags=["messaging"], include_deployment_checks=True) == []

    def test_is_mended_by_a_broker(self, settings: Settings) -> None:
        settings.CELERY_BROKER_URL = "amqp://rabbitmq"
        assert run_checks(tags=["messaging"], include_deployment_checks=True) == []


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
