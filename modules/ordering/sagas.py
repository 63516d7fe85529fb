"""The checkout: how a placed order is paid, reserved, shipped, and undone where it cannot be.

    mark ─ agree ─ authorise ─ reserve ─ book ─ pick ─ capture │ confirm ─ dispatch ─ fulfil
                                                         pivot ┘ from here only forward

A definition, not code: `modules.kernel.sagas` carries it out. Up to the pivot everything
can be undone, and is, in reverse, when a step fails or the customer cancels: the shipment
is cancelled, the goods go back to the shelf, the customer gets the money back, and last
the order itself is rejected. Keeps P5, and the checkout's part of P9.

Goods are picked before the money is taken: a customer never pays for what is not there.

Source: Garcia-Molina & Salem, Sagas (1987), for the pivot and the compensations.
"""

from django.conf import settings

from modules.inventory.contracts import (
    PickStock,
    ReleaseStock,
    ReservationLapsed,
    ReserveStock,
    StockPicked,
    StockRefused,
    StockReleased,
    StockReserved,
)
from modules.kernel.sagas import I, Saga, command, local
from modules.ordering.contracts import OrderPlaced
from modules.payments.contracts import (
    AuthorisePayment,
    CapturePayment,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDeclined,
    PaymentVoided,
    VoidPayment,
)
from modules.shipping.contracts import (
    BookShipment,
    CancelShipment,
    DispatchShipment,
    ShipmentBooked,
    ShipmentCancelled,
    ShipmentDispatched,
    ShipmentRefused,
)

_ANSWERED_WITHIN_SECONDS = settings.ORDERING_STEP_TIMEOUT_SECONDS


class Checkout(Saga):
    """This carries out one order; an instance is known by the order's id."""

    name = "ordering.checkout"
    version = 1
    input = OrderPlaced

    mark = local("ordering.mark_pending", undo="ordering.reject")
    agree = local("ordering.agree_prices")
    authorise = command(
        AuthorisePayment,
        args={
            "order_id": I.order_id,
            "amount_minor": agree.out.total_minor,
            "currency": I.currency,
            "payment_token": I.payment_token,
            "customer_id": I.customer_id,
        },
        success=PaymentAuthorised,
        failure=(PaymentDeclined,),
        undo=VoidPayment,
        undone=PaymentVoided,
        timeout_seconds=_ANSWERED_WITHIN_SECONDS,
    )
    reserve = command(
        ReserveStock,
        args={"order_id": I.order_id, "lines": I.lines},
        success=StockReserved,
        failure=(StockRefused,),
        undo=ReleaseStock,
        undone=StockReleased,
        timeout_seconds=_ANSWERED_WITHIN_SECONDS,
    )
    book = command(
        BookShipment,
        args={
            "order_id": I.order_id,
            "recipient": I.ship_to,
            "items": I.lines,
            "customer_id": I.customer_id,
        },
        success=ShipmentBooked,
        failure=(ShipmentRefused,),
        undo=CancelShipment,
        undone=ShipmentCancelled,
        timeout_seconds=_ANSWERED_WITHIN_SECONDS,
    )
    # Its undo is the reservation's: what is released may be reserved or picked.
    pick = command(
        PickStock,
        args={"order_id": I.order_id},
        success=StockPicked,
        failure=(ReservationLapsed,),
        undo=ReleaseStock,
        undone=StockReleased,
        timeout_seconds=_ANSWERED_WITHIN_SECONDS,
    )
    capture = command(
        CapturePayment,
        args={"order_id": I.order_id},
        success=PaymentCaptured,
        failure=(PaymentDeclined,),
        undo=VoidPayment,
        undone=PaymentVoided,
        timeout_seconds=_ANSWERED_WITHIN_SECONDS,
        pivot=True,
    )
    confirm = local("ordering.confirm", retriable=True)
    dispatch = command(
        DispatchShipment,
        args={"order_id": I.order_id},
        success=ShipmentDispatched,
        retriable=True,
    )
    fulfil = local("ordering.fulfil", retriable=True)
