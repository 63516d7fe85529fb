"""Messages in: each is handed to the use case that notes it. See `apps.py` for the wiring.

What a note answers (applied, stale, unknown order) is for its direct callers: to the bus
all three are "done".
"""

from modules.catalog.contracts import ProductChanged
from modules.kernel.messaging import Delivery
from modules.ordering import use_cases
from modules.payments.contracts import (
    RETURN_REFUND_ID,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
    RefundRefused,
)
from modules.shipping.contracts import (
    ShipmentBooked,
    ShipmentCancelled,
    ShipmentDelivered,
    ShipmentDispatched,
    ShipmentReturned,
)


def product_changed(message: ProductChanged, delivery: Delivery) -> None:
    use_cases.note_product(message)


def payment_authorised(message: PaymentAuthorised, delivery: Delivery) -> None:
    use_cases.note_payment_authorised(message)


def payment_declined(message: PaymentDeclined, delivery: Delivery) -> None:
    use_cases.note_payment_declined(message)


def payment_captured(message: PaymentCaptured, delivery: Delivery) -> None:
    use_cases.note_payment_captured(message)


def payment_voided(message: PaymentVoided, delivery: Delivery) -> None:
    use_cases.note_payment_voided(message)


def payment_refunded(message: PaymentRefunded, delivery: Delivery) -> None:
    use_cases.note_payment_refunded(message)
    if message.refund_id == RETURN_REFUND_ID:
        use_cases.end_return(order_id=message.order_id)


def refund_refused(message: RefundRefused, delivery: Delivery) -> None:
    use_cases.note_refund_refused(message)


def shipment_booked(message: ShipmentBooked, delivery: Delivery) -> None:
    use_cases.note_shipment_booked(message)


def shipment_dispatched(message: ShipmentDispatched, delivery: Delivery) -> None:
    use_cases.note_shipment_dispatched(message)


def shipment_delivered(message: ShipmentDelivered, delivery: Delivery) -> None:
    use_cases.note_shipment_delivered(message)


def shipment_cancelled(message: ShipmentCancelled, delivery: Delivery) -> None:
    use_cases.note_shipment_cancelled(message)


def shipment_returned(message: ShipmentReturned, delivery: Delivery) -> None:
    use_cases.note_shipment_returned(message)
