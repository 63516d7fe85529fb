"""The write side: each file has a wish and what the carrier made of it."""

from modules.shipping.use_cases.book import book_shipment, choose_carrier, record_booking
from modules.shipping.use_cases.cancel import cancel_shipment, record_cancellation
from modules.shipping.use_cases.dispatch import NotBooked, dispatch_shipment, record_hand_over
from modules.shipping.use_cases.take_back import take_back
from modules.shipping.use_cases.track import record_news

__all__ = [
    "book_shipment",
    "choose_carrier",
    "record_booking",
    "dispatch_shipment",
    "record_hand_over",
    "NotBooked",
    "record_news",
    "take_back",
    "cancel_shipment",
    "record_cancellation",
]
