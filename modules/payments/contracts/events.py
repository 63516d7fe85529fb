from modules.kernel.contracts import event

#: The refund id of what is given back because the goods came back, one an order.
RETURN_REFUND_ID = "return"


@event("payments.payment_authorised", version=1, key="order_id")
class PaymentAuthorised:
    order_id: str
    amount_minor: int
    currency: str


@event("payments.payment_declined", version=1, key="order_id")
class PaymentDeclined:
    """Attributes: code is payment-declined or payment-timed-out."""

    order_id: str
    code: str
    detail: str


@event("payments.payment_captured", version=1, key="order_id")
class PaymentCaptured:
    order_id: str
    amount_minor: int
    currency: str


@event("payments.payment_voided", version=1, key="order_id")
class PaymentVoided:
    """The customer owes and has paid nothing: authorisation released, or capture refunded.

    Attributes:
        refunded_minor: all that had been captured and was given back; 0 where nothing was.
    """

    order_id: str
    refunded_minor: int


@event("payments.payment_refunded", version=1, key="order_id")
class PaymentRefunded:
    """Attributes: refunded_minor is all that has been given back by now, with this refund."""

    order_id: str
    refund_id: str
    amount_minor: int
    currency: str
    refunded_minor: int = 0


@event("payments.refund_refused", version=1, key="order_id")
class RefundRefused:
    """Attributes: code is refund-exceeds-captured or refund-declined (by the provider)."""

    order_id: str
    refund_id: str
    code: str
    detail: str
