"""Messages in: each handler hands one message to its use case, in the consumer's transaction.

Whom the answer is for is handed on explicitly: a payment may answer much later, while it
is handling something else.
"""

from modules.inventory.contracts import StockReturned
from modules.kernel.messaging import Delivery
from modules.payments import domain, use_cases
from modules.payments.contracts import (
    AuthorisePayment,
    CapturePayment,
    RefundPayment,
    VoidPayment,
)
from modules.payments.contracts.commands import CallProvider


def authorise_payment(command: AuthorisePayment, delivery: Delivery) -> None:
    use_cases.authorise_payment(command, request_id=delivery.request_id)


def capture_payment(command: CapturePayment, delivery: Delivery) -> None:
    use_cases.capture_payment(command, request_id=delivery.request_id)


def void_payment(command: VoidPayment, delivery: Delivery) -> None:
    use_cases.void_payment(command, request_id=delivery.request_id)


def refund_payment(command: RefundPayment, delivery: Delivery) -> None:
    use_cases.refund_payment(command, request_id=delivery.request_id)


def stock_returned(event: StockReturned, delivery: Delivery) -> None:
    use_cases.refund_return(order_id=event.order_id)


def record_outcome(command: CallProvider, outcome: domain.Outcome, delivery: Delivery) -> None:
    use_cases.record_outcome(command, outcome)
