from modules.kernel.contracts import command


@command("payments.authorise_payment", version=1, key="order_id")
class AuthorisePayment:
    """Set the amount aside on the customer's card. Answered by authorised or declined.

    Attributes:
        payment_token: the card; ``credit`` for the customer's account, which then must be named.
        customer_id: whose account it is.
    """

    order_id: str
    amount_minor: int
    currency: str
    payment_token: str
    customer_id: str = ""


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
    """Give back part or all of what was captured. Answered by refunded or refused.

    Attributes:
        refund_id: the same id is refunded once.
    """

    order_id: str
    refund_id: str
    amount_minor: int


# Internal: sent only by payments itself, so not among the exports of `contracts`.


@command("payments.call_provider", version=1, key="order_id")
class CallProvider:
    """Have the provider do one operation and record what came of it.

    Carries all that the call needs, so that it is made without reading the database.

    Attributes:
        operation: one of `modules.payments.domain.steps.Operation`.
        idempotency_key: the same for every attempt at the operation.
        reference: the provider's name for the authorisation; empty before there is one.
        attempt: which asking this is, where the operation is to ask.
    """

    order_id: str
    operation: str
    idempotency_key: str
    amount_minor: int
    currency: str
    payment_token: str
    reference: str
    attempt: int
