"""Shipping's published interface, answered."""

from django.utils import timezone

from modules.kernel.interfaces import current_principal
from modules.shipping import queries, use_cases
from modules.shipping.carriers import carriers
from modules.shipping.contracts import (
    Address,
    InvalidAddress,
    ParcelItem,
    Quote,
    ShipmentStatus,
)
from modules.shipping.domain.addresses import faults_of
from modules.shipping.domain.carrier import best
from modules.shipping.domain.parcels import pack


class ShippingService:
    """This answers `contracts.Shipping`."""

    def quotes(self, *, recipient: Address, items: tuple[ParcelItem, ...]) -> tuple[Quote, ...]:
        """This asks every carrier."""
        if faults := faults_of(recipient):
            raise InvalidAddress("; ".join(faults), faults=faults)
        parcels = pack(items)
        offers = [carrier.quote(recipient=recipient, parcels=parcels) for carrier in carriers()]
        return tuple(
            Quote(
                carrier=offer.carrier,
                price_minor=offer.price_minor,
                currency=offer.currency,
                days=offer.days,
            )
            for offer in best(tuple(offer for offer in offers if offer))
        )

    def shipment(self, *, order_id: str) -> ShipmentStatus:
        """This looks the shipment up."""
        queries.check_may_see(current_principal(), order_id)
        return queries.status(order_id)

    def take_back(self, *, order_id: str) -> ShipmentStatus:
        """This has the goods taken back, and gives the shipment as it then is."""
        queries.check_may_see(current_principal(), order_id)
        use_cases.take_back(order_id=order_id, now=timezone.now())
        return queries.status(order_id)
