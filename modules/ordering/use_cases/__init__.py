"""The write side of ordering: one use case a function, one transaction each."""

from modules.ordering.use_cases.baskets import check_out_basket, put_in_basket
from modules.ordering.use_cases.cancel_order import cancel_order
from modules.ordering.use_cases.end_return import end_return
from modules.ordering.use_cases.note_payment import (
    note_payment_authorised,
    note_payment_captured,
    note_payment_declined,
    note_payment_refunded,
    note_payment_voided,
    note_refund_refused,
)
from modules.ordering.use_cases.note_product import note_product
from modules.ordering.use_cases.note_shipment import (
    note_shipment_booked,
    note_shipment_cancelled,
    note_shipment_delivered,
    note_shipment_dispatched,
    note_shipment_returned,
)
from modules.ordering.use_cases.place_order import place_order

__all__ = [
    "place_order",
    "cancel_order",
    "put_in_basket",
    "check_out_basket",
    "note_product",
    "note_payment_authorised",
    "note_payment_declined",
    "note_payment_captured",
    "note_payment_voided",
    "note_payment_refunded",
    "note_refund_refused",
    "note_shipment_booked",
    "note_shipment_dispatched",
    "note_shipment_delivered",
    "note_shipment_cancelled",
    "note_shipment_returned",
    "end_return",
]
