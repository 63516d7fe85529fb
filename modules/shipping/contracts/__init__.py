"""What shipping publishes: addresses, and how to book and dispatch a shipment."""

from modules.shipping.contracts.address import Address
from modules.shipping.contracts.commands import (
    BookShipment,
    CancelShipment,
    DispatchShipment,
    ParcelItem,
)
from modules.shipping.contracts.events import (
    ShipmentBooked,
    ShipmentCancelled,
    ShipmentDelivered,
    ShipmentDispatched,
    ShipmentRefused,
)
from modules.shipping.contracts.interface import (
    InvalidAddress,
    Quote,
    ShipmentStatus,
    Shipping,
    UnknownShipment,
)

__all__ = [
    "Address",
    "BookShipment",
    "DispatchShipment",
    "CancelShipment",
    "ParcelItem",
    "ShipmentBooked",
    "ShipmentRefused",
    "ShipmentDispatched",
    "ShipmentDelivered",
    "ShipmentCancelled",
    "Shipping",
    "Quote",
    "ShipmentStatus",
    "UnknownShipment",
    "InvalidAddress",
]
