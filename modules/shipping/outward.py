"""What leaves the database: conversations with carriers.

Each is a pair. ``ask_…`` runs outside any transaction, at least once, and the carrier is
given the shipment's own id with it, so asking twice is asking once. ``record_…`` runs
inside shipping's transaction, exactly once. All are ordered by order id: a cancellation is
never sent before the booking that it cancels has been answered.
"""

from datetime import timedelta

from django.utils import timezone

from modules.kernel.messaging import Delivery
from modules.shipping import queries, use_cases
from modules.shipping.carriers import carrier_named, carriers
from modules.shipping.contracts.commands import (
    BookWithCarrier,
    CancelWithCarrier,
    HandOverToCarrier,
    TrackWithCarrier,
)
from modules.shipping.domain.carrier import Booking, Refusal, best
from modules.shipping.domain.lifecycle import State


def ask_to_book(message: BookWithCarrier, delivery: Delivery) -> Booking | Refusal | None:
    """This books with the cheapest carrier that delivers there; None if it was called off."""
    consignment = queries.consignment(message.order_id)
    if consignment.state != State.BOOKING:
        return None
    name = consignment.carrier or _choose(message.order_id, consignment)
    if not name:
        return Refusal(
            code="undeliverable-address",
            detail=f"no carrier delivers to {_place(consignment)}; check the postal code",
        )
    return carrier_named(name).book(
        reference=consignment.reference,
        recipient=consignment.recipient,
        parcels=consignment.parcels,
    )


def record_booking(
    message: BookWithCarrier, outcome: Booking | Refusal | None, delivery: Delivery
) -> None:
    use_cases.record_booking(order_id=message.order_id, outcome=outcome, now=timezone.now())


def ask_to_collect(message: HandOverToCarrier, delivery: Delivery) -> timedelta:
    """This hands the parcels over, and gives how long there will be no news of them."""
    consignment = queries.consignment(message.order_id)
    carrier = carrier_named(consignment.carrier)
    carrier.hand_over(reference=consignment.reference, tracking_number=consignment.tracking_number)
    return carrier.first_news_after


def record_hand_over(
    message: HandOverToCarrier, first_news_after: timedelta, delivery: Delivery
) -> None:
    use_cases.record_hand_over(
        order_id=message.order_id, first_news_after=first_news_after, now=timezone.now()
    )


def ask_to_cancel(message: CancelWithCarrier, delivery: Delivery) -> bool:
    """This takes the booking back; there is nobody to ask if no carrier was settled on."""
    consignment = queries.consignment(message.order_id)
    if not consignment.carrier:
        return True
    return carrier_named(consignment.carrier).cancel(reference=consignment.reference)


def record_cancellation(message: CancelWithCarrier, is_cancelled: bool, delivery: Delivery) -> None:
    use_cases.record_cancellation(
        order_id=message.order_id, is_cancelled=is_cancelled, now=timezone.now()
    )


def ask_for_news(message: TrackWithCarrier, delivery: Delivery) -> bool:
    """This asks whether the parcels have arrived."""
    consignment = queries.consignment(message.order_id)
    return carrier_named(consignment.carrier).delivered(tracking_number=consignment.tracking_number)


def record_news(message: TrackWithCarrier, is_delivered: bool, delivery: Delivery) -> None:
    carrier = carrier_named(queries.consignment(message.order_id).carrier)
    use_cases.record_news(
        order_id=message.order_id,
        enquiry=message.enquiry,
        is_delivered=is_delivered,
        first=carrier.first_news_after,
        now=timezone.now(),
    )


def _choose(order_id: str, consignment: queries.Consignment) -> str:
    offers = [
        carrier.quote(recipient=consignment.recipient, parcels=consignment.parcels)
        for carrier in carriers()
    ]
    sorted_offers = best(tuple(offer for offer in offers if offer))
    if not sorted_offers:
        return ""
    return use_cases.choose_carrier(order_id=order_id, carrier=sorted_offers[0].carrier)


def _place(consignment: queries.Consignment) -> str:
    recipient = consignment.recipient
    return " ".join(filter(None, (recipient.postal_code, recipient.city, recipient.country)))
