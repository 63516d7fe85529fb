"""What a payment answers: the event for the request at the head of its queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modules.payments.contracts import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
    RefundRefused,
)
from modules.payments.domain.steps import Answer

if TYPE_CHECKING:
    from modules.payments.domain.payment import Payment

DECLINED = "payment-declined"
TIMED_OUT = "payment-timed-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """This is why there is no money; repeated to whoever asks for it again."""

    code: str
    detail: str


def authorised(payment: Payment) -> Answer:
    return _answer(
        payment,
        PaymentAuthorised(
            order_id=payment.order_id,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
        ),
    )


def declined(payment: Payment, otherwise: str) -> Answer:
    """This repeats why the payment was declined; `otherwise` is the reason if it was not."""
    refusal = payment.refusal or Refusal(code=DECLINED, detail=otherwise)
    return _answer(
        payment,
        PaymentDeclined(order_id=payment.order_id, code=refusal.code, detail=refusal.detail),
    )


def captured(payment: Payment) -> Answer:
    return _answer(
        payment,
        PaymentCaptured(
            order_id=payment.order_id,
            amount_minor=payment.captured_minor,
            currency=payment.currency,
        ),
    )


def voided(payment: Payment) -> Answer:
    return _answer(
        payment,
        PaymentVoided(order_id=payment.order_id, refunded_minor=payment.refunded_minor),
    )


def refunded(payment: Payment) -> Answer:
    refund_id = payment.queue[0].refund_id
    return _answer(
        payment,
        PaymentRefunded(
            order_id=payment.order_id,
            refund_id=refund_id,
            amount_minor=payment.refunds[refund_id],
            currency=payment.currency,
            refunded_minor=payment.refunded_minor,
        ),
    )


def refund_refused(payment: Payment, code: str, detail: str) -> Answer:
    return _answer(
        payment,
        RefundRefused(
            order_id=payment.order_id,
            refund_id=payment.queue[0].refund_id,
            code=code,
            detail=detail,
        ),
    )


def _answer(payment: Payment, event: object) -> Answer:
    return Answer(event=event, request_id=payment.queue[0].request_id)
