"""Providers of cards: the sandbox, which needs nothing, and Stripe. `PAYMENTS_PROVIDER` says which.

Beside either, store credit: a payment with the token ``credit`` is made from the customer's
account.
"""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from modules.payments.domain.provider import PaymentProvider

__all__ = ["calls_at_once", "configured_provider", "providers_by_token"]


def providers_by_token() -> PaymentProvider:
    """This gives the configured provider of cards, and store credit beside it."""
    # Here, not above: they need models, and are asked for once these are ready.
    from modules.payments.providers.by_token import ProviderByToken
    from modules.payments.providers.store_credit import StoreCredit

    return ProviderByToken(cards=configured_provider(), credit=StoreCredit())


def configured_provider() -> PaymentProvider:
    """This makes the provider that the settings name.

    Raises:
        ImproperlyConfigured: there is none of the name, or its key is missing.
    """
    if settings.PAYMENTS_PROVIDER == "sandbox":
        from modules.payments.providers.sandbox import SandboxProvider

        return SandboxProvider()
    if settings.PAYMENTS_PROVIDER != "stripe":
        raise ImproperlyConfigured(
            f"PAYMENTS_PROVIDER is {settings.PAYMENTS_PROVIDER!r}: it must be sandbox or stripe"
        )
    if not settings.STRIPE_API_KEY:
        raise ImproperlyConfigured("PAYMENTS_PROVIDER is stripe, so STRIPE_API_KEY must be set")
    # Imported only where it is used: the library takes a third of a second to load.
    from modules.payments.providers.stripe import StripeProvider

    return StripeProvider(api_key=settings.STRIPE_API_KEY, api_base=settings.STRIPE_API_BASE)


def calls_at_once() -> int:
    """This gives how many calls a process makes at the same time, each for another order."""
    # The sandbox is in our own database: there is nobody to wait for.
    return 1 if settings.PAYMENTS_PROVIDER == "sandbox" else settings.PAYMENTS_CALLS_AT_ONCE
