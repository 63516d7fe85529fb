from modules.kernel.contracts import event


@event("shipping.shipment_booked", version=1, key="order_id")
class ShipmentBooked:
    order_id: str
    shipment_id: str
    tracking_number: str


@event("shipping.shipment_refused", version=1, key="order_id")
class ShipmentRefused:
    """Attributes: code is undeliverable-address, or shipment-cancelled if called off first."""

    order_id: str
    code: str
    detail: str


@event("shipping.shipment_dispatched", version=1, key="order_id")
class ShipmentDispatched:
    order_id: str
    shipment_id: str
    tracking_number: str


@event("shipping.shipment_delivered", version=1, key="order_id")
class ShipmentDelivered:
    order_id: str
    shipment_id: str


@event("shipping.shipment_returned", version=1, key="order_id")
class ShipmentReturned:
    """The customer has sent everything back, and the warehouse has it again."""

    order_id: str
    shipment_id: str


@event("shipping.shipment_cancelled", version=1, key="order_id")
class ShipmentCancelled:
    order_id: str
