"""What shipping publishes: addresses, and how to book, dispatch and take back a shipment."""

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
    ShipmentReturned,
)
from modules.shipping.contracts.interface import (
    InvalidAddress,
    NotReturnable,
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
    "ShipmentReturned",
    "ShipmentCancelled",
    "Shipping",
    "Quote",
    "ShipmentStatus",
    "UnknownShipment",
    "NotReturnable",
    "InvalidAddress",
]
