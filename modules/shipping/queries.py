"""The read side: shipments as others ask for them, and as a carrier has to know them."""

from dataclasses import dataclass

from django.db.models import Prefetch

from modules.kernel.contracts import Principal
from modules.shipping.contracts import Address, ParcelItem, ShipmentStatus, UnknownShipment
from modules.shipping.domain.lifecycle import State, told_as
from modules.shipping.domain.parcels import Parcel
from modules.shipping.models import PackedItem, Shipment


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """This is a shipment as a carrier is told of it."""

    reference: str
    state: State
    carrier: str
    tracking_number: str
    recipient: Address
    parcels: tuple[Parcel, ...]


def consignment(order_id: str) -> Consignment:
    """This gives the shipment with its parcels. Raises: UnknownShipment."""
    shipment = _shipment(order_id)
    return Consignment(
        reference=str(shipment.shipment_id),
        state=State(shipment.state),
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        recipient=shipment.recipient,
        parcels=_parcels(shipment),
    )


def parcels_of(order_id: str) -> tuple[Parcel, ...]:
    """This gives the parcels that are sent for the order. Raises: UnknownShipment."""
    return _parcels(_shipment(order_id))


def status(order_id: str) -> ShipmentStatus:
    """This gives the shipment as other modules know it.

    Raises:
        UnknownShipment: none was asked for, no carrier has accepted it yet, or none would.
    """
    shipment = _shipment(order_id)
    told = told_as(State(shipment.state))
    if told is None or not shipment.tracking_number:
        raise _unknown(order_id)
    return ShipmentStatus(
        order_id=shipment.order_id,
        shipment_id=str(shipment.shipment_id),
        status=told,
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
    )


def check_may_see(principal: Principal | None, order_id: str) -> None:
    """This refuses whoever asks for another customer's shipment, as if there were none.

    Raises:
        UnknownShipment
    """
    if principal is not None and not principal.acts_for(_shipment(order_id).customer_id):
        raise _unknown(order_id)


def _shipment(order_id: str) -> Shipment:
    shipment = Shipment.objects.filter(order_id=order_id).first()
    if shipment is None:
        raise _unknown(order_id)
    return shipment


def _parcels(shipment: Shipment) -> tuple[Parcel, ...]:
    return tuple(
        Parcel(
            number=parcel.number,
            items=tuple(
                ParcelItem(sku=item.sku, quantity=item.quantity) for item in parcel.items.all()
            ),
        )
        for parcel in shipment.parcels.order_by("number").prefetch_related(
            Prefetch("items", queryset=PackedItem.objects.order_by("id"))
        )
    )


def _unknown(order_id: str) -> UnknownShipment:
    return UnknownShipment(f"nothing is shipped for order {order_id}", order_id=order_id)
