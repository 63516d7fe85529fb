"""The carriers shipping has an agreement with: adapters of the port in `domain.carrier`."""

from datetime import timedelta

from django.conf import settings

from modules.shipping.carriers.sandbox import SandboxCarrier
from modules.shipping.domain.carrier import Carrier

__all__ = ["carriers", "carrier_named"]


def carriers() -> tuple[Carrier, ...]:
    """This gives all carriers that may be booked."""
    delivery = timedelta(seconds=settings.SHIPPING_SANDBOX_DELIVERY_SECONDS)
    return (
        SandboxCarrier(
            name="sandbox-post",
            prefix="SP",
            parcel_minor=390,
            kilogram_minor=60,
            days=3,
            first_news_after=delivery,
        ),
        SandboxCarrier(
            name="sandbox-express",
            prefix="SX",
            parcel_minor=990,
            kilogram_minor=140,
            days=1,
            first_news_after=delivery,
        ),
    )


def carrier_named(name: str) -> Carrier:
    """This gives the carrier of a shipment booked earlier.

    Raises:
        LookupError: shipping has no agreement with it any more.
    """
    for carrier in carriers():
        if carrier.name == name:
            return carrier
    raise LookupError(f"there is no carrier {name!r}; add it back until its shipments have ended")
