"""Booking: goods are packed and written down first, then a carrier is asked to take them."""

import uuid
from datetime import datetime

from modules.kernel.messaging import UnitOfWork, unit_of_work
from modules.shipping.contracts import Address, ParcelItem, ShipmentBooked, ShipmentRefused
from modules.shipping.contracts.commands import BookWithCarrier
from modules.shipping.domain.addresses import faults_of
from modules.shipping.domain.carrier import Booking, Refusal
from modules.shipping.domain.lifecycle import ACCEPTED, CALLED_OFF, State
from modules.shipping.domain.parcels import pack
from modules.shipping.models import CUSTOMER_ID_LENGTH_MAX, PackedItem, Parcel, Shipment


def book_shipment(
    *,
    order_id: str,
    shipment_id: uuid.UUID,
    recipient: Address,
    items: tuple[ParcelItem, ...],
    now: datetime,
    customer_id: str = "",
) -> None:
    """This records the shipment and has a carrier asked; asked again, it answers again.

    Args:
        shipment_id: the id it gets if there is none for the order yet.
        customer_id: who may see it.

    Raises:
        Invalid: there is nothing to pack.
    """
    parcels = pack(items)
    with unit_of_work("shipping") as work:
        shipment, is_new = Shipment.objects.select_for_update().get_or_create(
            order_id=order_id,
            defaults={
                "shipment_id": shipment_id,
                "customer_id": customer_id[:CUSTOMER_ID_LENGTH_MAX],
                "state": State.BOOKING,
                "requested_at": now,
            },
        )
        if not is_new:
            _answer_again(work, shipment)
            return
        if faults := faults_of(recipient):
            _refuse(work, shipment, _undeliverable(faults))
            return
        shipment.recipient_name = recipient.name.strip()
        shipment.recipient_line1 = recipient.line1.strip()
        shipment.recipient_city = recipient.city.strip()
        shipment.recipient_region = recipient.region.strip()
        shipment.recipient_postal_code = recipient.postal_code.strip()
        shipment.recipient_country = recipient.country.strip()
        shipment.save()
        rows = Parcel.objects.bulk_create(
            Parcel(shipment=shipment, number=parcel.number, weight_grams=parcel.weight_grams)
            for parcel in parcels
        )
        PackedItem.objects.bulk_create(
            PackedItem(parcel=row, sku=item.sku, quantity=item.quantity)
            for row, parcel in zip(rows, parcels, strict=True)
            for item in parcel.items
        )
        work.append(BookWithCarrier(order_id=order_id))


def choose_carrier(*, order_id: str, carrier: str) -> str:
    """This settles who will be asked, and gives who was settled on if that was done before.

    Committed before the carrier is called: after a crash the same carrier must be asked
    again, though another may be cheaper by then, or two would send a van.
    """
    with unit_of_work("shipping"):
        Shipment.objects.filter(order_id=order_id, carrier="").update(carrier=carrier)
        return Shipment.objects.values_list("carrier", flat=True).get(order_id=order_id)


def record_booking(*, order_id: str, outcome: Booking | Refusal | None, now: datetime) -> None:
    """This records what the carrier said, and answers the one who wanted the shipment.

    Args:
        outcome: None if the carrier was not asked, the shipment having been called off.
    """
    with unit_of_work("shipping") as work:
        shipment = Shipment.objects.select_for_update().get(order_id=order_id)
        if isinstance(outcome, Booking):
            shipment.carrier = outcome.offer.carrier
            shipment.tracking_number = outcome.tracking_number
            shipment.price_minor = outcome.offer.price_minor
            shipment.currency = outcome.offer.currency
            shipment.booked_at = now
        if shipment.state != State.BOOKING:
            # Called off while the carrier was being asked; its cancellation is on the way
            # behind this message and finds the booking above.
            shipment.save()
            _answer_again(work, shipment)
        elif isinstance(outcome, Booking):
            shipment.state = State.BOOKED
            shipment.save()
            work.append(_booked(shipment))
        elif isinstance(outcome, Refusal):
            _refuse(work, shipment, outcome)


def _answer_again(work: UnitOfWork, shipment: Shipment) -> None:
    state = State(shipment.state)
    if state in ACCEPTED:
        work.append(_booked(shipment))
    elif state == State.REFUSED:
        work.append(_refused(shipment, shipment.refusal_code, shipment.refusal_detail))
    elif state in CALLED_OFF:
        work.append(
            _refused(shipment, "shipment-cancelled", "the shipment was called off before it began")
        )
    # Still booking: the answer follows when the carrier has answered.


def _refuse(work: UnitOfWork, shipment: Shipment, refusal: Refusal) -> None:
    shipment.state = State.REFUSED
    shipment.refusal_code = refusal.code
    shipment.refusal_detail = refusal.detail
    shipment.save()
    work.append(_refused(shipment, refusal.code, refusal.detail))


def _undeliverable(faults: tuple[str, ...]) -> Refusal:
    return Refusal(code="undeliverable-address", detail="; ".join(faults))


def _booked(shipment: Shipment) -> ShipmentBooked:
    return ShipmentBooked(
        order_id=shipment.order_id,
        shipment_id=str(shipment.shipment_id),
        tracking_number=shipment.tracking_number,
    )


def _refused(shipment: Shipment, code: str, detail: str) -> ShipmentRefused:
    return ShipmentRefused(order_id=shipment.order_id, code=code, detail=detail)
