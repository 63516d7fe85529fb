"""What partners publishes: the webhooks of partners, and their orders in bulk."""

from modules.partners.contracts.interface import (
    BadEndpoint,
    DeliveryPage,
    ImportLine,
    ImportReused,
    NewSecret,
    OrderImport,
    Partners,
    RequestedOrder,
    UnknownDelivery,
    UnknownEndpoint,
    UnknownImport,
    WebhookDelivery,
    WebhookEndpoint,
)

__all__ = [
    "Partners",
    "WebhookEndpoint",
    "NewSecret",
    "WebhookDelivery",
    "DeliveryPage",
    "RequestedOrder",
    "OrderImport",
    "ImportLine",
    "BadEndpoint",
    "UnknownEndpoint",
    "UnknownDelivery",
    "UnknownImport",
    "ImportReused",
]
