"""The write side: each use case is one transaction on one payment.

Called by `handlers`; the aggregate decides, and its steps become messages: answers are
appended as events, calls as `CallProvider`, which `outward` carries out after the commit.
"""

from collections.abc import Callable

from modules.kernel.messaging import UnitOfWork, unit_of_work
from modules.payments import domain
from modules.payments.contracts import (
    RETURN_REFUND_ID,
    AuthorisePayment,
    CapturePayment,
    RefundPayment,
    VoidPayment,
)
from modules.payments.contracts.commands import CallProvider
from modules.payments.models import Payment

Steps = list[domain.Answer | domain.Call]


def authorise_payment(command: AuthorisePayment, *, request_id: str = "") -> None:
    """This has the amount set aside; answered by authorised or declined."""
    _change(
        command.order_id,
        lambda payment: payment.authorise(
            amount_minor=command.amount_minor,
            currency=command.currency,
            payment_token=command.payment_token,
            request_id=request_id,
        ),
    )


def capture_payment(command: CapturePayment, *, request_id: str = "") -> None:
    """This has the amount taken; answered by captured or declined."""
    _change(command.order_id, lambda payment: payment.capture(request_id=request_id))


def void_payment(command: VoidPayment, *, request_id: str = "") -> None:
    """This has everything undone, and a late authorisation refused; answered by voided."""
    _change(command.order_id, lambda payment: payment.void(request_id=request_id))


def refund_payment(command: RefundPayment, *, request_id: str = "") -> None:
    """This has part of the money given back; answered by refunded or refused."""
    _change(
        command.order_id,
        lambda payment: payment.refund(
            refund_id=command.refund_id,
            amount_minor=command.amount_minor,
            request_id=request_id,
        ),
    )


def refund_return(*, order_id: str) -> None:
    """This has all that is left given back, because the goods are back; answered by refunded."""
    _change(order_id, lambda payment: payment.give_all_back(refund_id=RETURN_REFUND_ID))


def record_outcome(command: CallProvider, outcome: domain.Outcome) -> None:
    """This writes down what the provider did and answers whoever waits for it."""
    _change(
        command.order_id,
        lambda payment: payment.record(domain.Operation(command.operation), outcome),
    )


def _change(order_id: str, change: Callable[[domain.Payment], Steps]) -> None:
    with unit_of_work("payments") as work:
        # Locked: commands and outcomes come from two consumers and may meet here.
        row = Payment.locked(order_id)
        payment = row.aggregate()
        steps = change(payment)
        if payment.state is not domain.State.NEW:
            row.keep(payment)
        for step in steps:
            _append(work, payment, step)


def _append(work: UnitOfWork, payment: domain.Payment, step: domain.Answer | domain.Call) -> None:
    # The request is named at each message: those that waited are not what is handled now.
    if isinstance(step, domain.Answer):
        work.append(step.event, request_id=step.request_id)
    elif step.after:
        work.schedule(as_command(payment, step), after=step.after, request_id=step.request_id)
    else:
        work.append(as_command(payment, step), request_id=step.request_id)


def as_command(payment: domain.Payment, call: domain.Call) -> CallProvider:
    """This gives the command that has a call made; it carries all that the call needs."""
    return CallProvider(
        order_id=payment.order_id,
        operation=call.operation,
        idempotency_key=call.idempotency_key,
        amount_minor=call.amount_minor,
        currency=payment.currency,
        payment_token=payment.payment_token,
        reference=payment.reference,
        attempt=call.attempt,
    )
