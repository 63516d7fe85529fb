"""Keeping ordering's own copy of what became of an order's payment."""

from django.db.models import F

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
    return _note(news.order_id, status=status, refunded_more_minor=news.refunded_minor)


def note_payment_refunded(news: PaymentRefunded) -> Outcome:
    """This notes that part or all of what was taken has been given back."""
    return _note(news.order_id, status="refunded", refunded_more_minor=news.amount_minor)


def _note(order_id: str, *, refunded_more_minor: int = 0, **news: str | int) -> Outcome:
    with unit_of_work("ordering"):
        payments = OrderPayment.objects.filter(order_id=parsed_id(order_id))
        noted = payments.update(refunded_minor=F("refunded_minor") + refunded_more_minor, **news)
        return Outcome.APPLIED if noted else Outcome.UNKNOWN_ORDER
