"""Which provider the settings choose, and what they say when they cannot."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from modules.payments.providers import calls_at_once, configured_provider
from modules.payments.providers.sandbox import SandboxProvider
from modules.payments.providers.stripe import StripeProvider


class TestConfiguredProvider:
    def test_is_the_sandbox_unless_told_otherwise(self) -> None:
        assert isinstance(configured_provider(), SandboxProvider)

    def test_is_stripe_where_the_settings_say_so(self, settings: Settings) -> None:
        settings.PAYMENTS_PROVIDER = "stripe"
        settings.STRIPE_API_KEY = "sk_test_1"
        provider = configured_provider()
        assert isinstance(provider, StripeProvider)
        provider.close()

    def test_refuses_stripe_without_a_key(self, settings: Settings) -> None:
        settings.PAYMENTS_PROVIDER = "stripe"
        settings.STRIPE_API_KEY = ""
        with pytest.raises(ImproperlyConfigured, match="STRIPE_API_KEY must be set"):
            configured_provider()

    def test_refuses_a_provider_that_it_does_not_have(self, settings: Settings) -> None:
        settings.PAYMENTS_PROVIDER = "piggybank"
        with pytest.raises(ImproperlyConfigured, match="'piggybank': it must be sandbox or stripe"):
            configured_provider()


class TestCallsAtOnce:
    def test_are_several_where_there_is_somebody_to_wait_for(self, settings: Settings) -> None:
        settings.PAYMENTS_CALLS_AT_ONCE = 5
        assert calls_at_once() == 1
        settings.PAYMENTS_PROVIDER = "stripe"
        assert calls_at_once() == 5
