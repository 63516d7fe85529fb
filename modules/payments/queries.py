"""The read side: where one payment stands, and what all of them come to."""

from django.db.models import Count, Q, Sum

from modules.payments.contracts import PaymentStatus, Takings
from modules.payments.domain import State
from modules.payments.models import Payment

#: While a call is under way, the status that held before it is still the true one.
_STATUS = {
    State.AUTHORISING: "none",
    State.IN_DOUBT: "in_doubt",
    State.AUTHORISED: "authorised",
    State.CAPTURING: "authorised",
    State.CAPTURED: "captured",
    State.REFUNDING: "captured",
    State.VOIDED: "voided",
    State.DECLINED: "declined",
}
#: The states in which an authorisation was had and not lost again.
_AUTHORISED = {State.AUTHORISED, State.CAPTURING, State.CAPTURED, State.REFUNDING, State.VOIDING}


def status_of(order_id: str) -> PaymentStatus:
    """This gives the status of an order's payment; `none` where there is no payment."""
    row = Payment.objects.filter(order_id=order_id).first()
    if row is None:
        return PaymentStatus(
            order_id=order_id,
            status="none",
            authorised_minor=0,
            captured_minor=0,
            refunded_minor=0,
            currency="",
        )
    return PaymentStatus(
        order_id=order_id,
        status=_status(row),
        authorised_minor=row.amount_minor if State(row.state) in _AUTHORISED else 0,
        captured_minor=row.captured_minor,
        refunded_minor=row.refunded_minor,
        currency=row.currency,
    )


def takings() -> tuple[Takings, ...]:
    """This gives the sums over all payments, a row for each currency, in its order."""
    return tuple(
        Takings(**row)
        for row in Payment.objects.exclude(currency="")
        .values("currency")
        .annotate(
            captured_minor=Sum("captured_minor"),
            refunded_minor=Sum("refunded_minor"),
            in_doubt=Count("id", filter=Q(state=State.IN_DOUBT)),
        )
        .order_by("currency")
    )


def _status(row: Payment) -> str:
    if row.captured_minor and row.refunded_minor == row.captured_minor:
        return "refunded"
    if State(row.state) is State.VOIDING:
        return "captured" if row.captured_minor else "authorised"
    return _STATUS[State(row.state)]
