"""What payments publishes: how to ask for money, and what became of it."""

from modules.payments.contracts.commands import (
    AuthorisePayment,
    CapturePayment,
    RefundPayment,
    VoidPayment,
)
from modules.payments.contracts.events import (
    RETURN_REFUND_ID,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
    RefundRefused,
)
from modules.payments.contracts.interface import Payments, PaymentStatus, Takings

__all__ = [
    "AuthorisePayment",
    "CapturePayment",
    "VoidPayment",
    "RefundPayment",
    "PaymentAuthorised",
    "PaymentDeclined",
    "PaymentCaptured",
    "PaymentVoided",
    "PaymentRefunded",
    "RefundRefused",
    "RETURN_REFUND_ID",
    "Payments",
    "PaymentStatus",
    "Takings",
]
