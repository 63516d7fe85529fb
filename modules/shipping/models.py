"""Shipping's tables. A shipment knows the order only by its id."""

from django.db import models

from modules.shipping.contracts import Address
from modules.shipping.domain.lifecycle import State

CUSTOMER_ID_LENGTH_MAX = 200


class Shipment(models.Model):
    """This is what is sent for one order, or the note that nothing must be.

    A cancellation that arrives before the booking leaves a cancelled row without parcels:
    the booking, when it comes, finds it and is refused.

    Attributes:
        shipment_id: the reference carriers know it by.
        customer_id: who may see it beside the house; empty where nobody has said.
        carrier: set before the carrier is asked, so that asking again asks the same one.
        too_late_at: when a cancellation was asked for that could not be carried out.
    """

    order_id = models.CharField(max_length=64, unique=True)
    customer_id = models.CharField(
        max_length=CUSTOMER_ID_LENGTH_MAX, default="", db_default="", blank=True
    )
    shipment_id = models.UUIDField(unique=True)
    state = models.CharField(max_length=12, choices=[(state, state.value) for state in State])
    recipient_name = models.CharField(max_length=120, default="")
    recipient_line1 = models.CharField(max_length=120, default="")
    recipient_city = models.CharField(max_length=120, default="")
    recipient_region = models.CharField(max_length=120, default="")
    recipient_postal_code = models.CharField(max_length=12, default="")
    recipient_country = models.CharField(max_length=120, default="")
    carrier = models.CharField(max_length=40, default="")
    tracking_number = models.CharField(max_length=40, default="", db_index=True)
    price_minor = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, default="")
    refusal_code = models.CharField(max_length=40, default="")
    refusal_detail = models.TextField(default="")
    requested_at = models.DateTimeField()
    booked_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    too_late_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["state", "requested_at"], name="shipping_shipment_state"),)

    def __str__(self) -> str:
        return f"{self.shipment_id} ({self.state})"

    @property
    def recipient(self) -> Address:
        return Address(
            name=self.recipient_name,
            line1=self.recipient_line1,
            city=self.recipient_city,
            region=self.recipient_region,
            postal_code=self.recipient_postal_code,
            country=self.recipient_country,
        )


class Parcel(models.Model):
    """This is one box of a shipment, numbered from 1."""

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="parcels")
    number = models.PositiveIntegerField()
    weight_grams = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["shipment", "number"], name="shipping_parcel_one"),
        )

    def __str__(self) -> str:
        return f"parcel {self.number}"


class PackedItem(models.Model):
    """This is how many of a SKU are in a parcel."""

    parcel = models.ForeignKey(Parcel, on_delete=models.CASCADE, related_name="items")
    sku = models.CharField(max_length=64)
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="shipping_item_some"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"
