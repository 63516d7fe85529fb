"""Keeping ordering's own copy of what became of an order's payment."""

from django.db.models import F
from django.db.models.functions import Greatest

from modules.kernel.messaging import unit_of_work
from modules.ordering.domain.copies import Outcome
from modules.ordering.models import OrderPayment
from modules.ordering.queries import parsed_id
from modules.payments.contracts import (
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
    RefundRefused,
)


def note_payment_authorised(news: PaymentAuthorised) -> Outcome:
    """This notes that the money has been set aside."""
    return _note(news.order_id, status="authorised")


def note_payment_declined(news: PaymentDeclined) -> Outcome:
    """This notes that there will be no money."""
    return _note(news.order_id, status="declined")


def note_payment_captured(news: PaymentCaptured) -> Outcome:
    """This notes that the money has been taken."""
    return _note(news.order_id, status="captured", captured_minor=news.amount_minor)


def note_payment_voided(news: PaymentVoided) -> Outcome:
    """This notes that nothing is owed any more: released, or given back where it was taken."""
    status = "refunded" if news.refunded_minor else "voided"
    return _note(news.order_id, status=status, refunded_minor=news.refunded_minor)


def note_payment_refunded(news: PaymentRefunded) -> Outcome:
    """This notes that part or all of what was taken has been given back."""
    # The sum of all refunds was not always told: one refund is then the least it can be.
    refunded_minor = max(news.refunded_minor, news.amount_minor)
    return _note(news.order_id, status="refunded", refunded_minor=refunded_minor)


def note_refund_refused(news: RefundRefused) -> Outcome:
    """This notes that the customer is owed money which a person must see to."""
    return _note(news.order_id, status="refund_due")


def _note(order_id: str, *, refunded_minor: int = 0, **news: str | int) -> Outcome:
    with unit_of_work("ordering"):
        payments = OrderPayment.objects.filter(order_id=parsed_id(order_id))
        # The greater one: sums are told, which only grow, and payments may tell them again.
        sum_minor = Greatest(F("refunded_minor"), refunded_minor)
        noted = payments.update(refunded_minor=sum_minor, **news)
        return Outcome.APPLIED if noted else Outcome.UNKNOWN_ORDER
