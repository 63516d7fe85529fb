from modules.kernel.contracts import command


@command("payments.authorise_payment", version=1, key="order_id")
class AuthorisePayment:
    """Set the amount aside on the customer's card. Answered by authorised or declined."""

    order_id: str
    amount_minor: int
    currency: str
    payment_token: str


@command("payments.capture_payment", version=1, key="order_id")
class CapturePayment:
    """Take the authorised amount. Answered by captured or declined."""

    order_id: str


@command("payments.void_payment", version=1, key="order_id")
class VoidPayment:
    """Undo an authorisation, or a capture, whatever became of it. Answered by voided.

    Also right when the authorisation is in doubt or has not arrived yet: payments asks
    the provider what happened, and a late authorisation is refused.
    """

    order_id: str


@command("payments.refund_payment", version=1, key="order_id")
class RefundPayment:
    """Give back part or all of what was captured. Answered by refunded.

    Attributes:
        refund_id: the same id is refunded once.
    """

    order_id: str
    refund_id: str
    amount_minor: int
