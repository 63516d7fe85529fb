"""Inventory's tables: shelves, and what is kept on them for whom."""

from django.db import models
from django.db.models.functions import Now

from modules.inventory.domain import ReservationState, Shelf


class Location(models.Model):
    """This is a place that keeps stock."""

    code = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name or self.code


class Stock(models.Model):
    """This is the row of a shelf: the stock of one SKU at one location.

    The constraints repeat the domain's invariant, so that no mistake of a later writer,
    nor a hand in the database, can sell what is not there.
    """

    sku = models.CharField(max_length=64)
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    on_hand = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "stock"
        constraints = (
            models.UniqueConstraint(fields=["sku", "location"], name="inventory_stock_one"),
            models.CheckConstraint(
                condition=models.Q(on_hand__gte=0), name="inventory_stock_on_hand"
            ),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0), name="inventory_stock_reserved"
            ),
            models.CheckConstraint(
                condition=models.Q(reserved__lte=models.F("on_hand")),
                name="inventory_stock_reserved_on_hand",
            ),
        )

    def __str__(self) -> str:
        return f"{self.sku} at {self.location_id}"

    def shelf(self) -> Shelf:
        """This gives the row as the domain sees it."""
        return Shelf(
            sku=self.sku,
            location=self.location_id,
            on_hand=self.on_hand,
            reserved=self.reserved,
        )


class Reservation(models.Model):
    """This is what an order has asked for and what became of it; kept for ever.

    Attributes:
        refusal: of a refused one, the shortage it was refused for, to be told again.
        expiry_id: the scheduled message that ends it, until it is picked or released.
    """

    order_id = models.CharField(max_length=200, primary_key=True)
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in ReservationState]
    )
    refusal = models.JSONField(null=True)
    expiry_id = models.UUIDField(null=True)
    made_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.order_id}: {self.state}"


class ReservationLine(models.Model):
    """This is what one shelf gives to one order."""

    reservation = models.ForeignKey(Reservation, on_delete=models.CASCADE, related_name="lines")
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT)
    quantity = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["reservation", "stock"], name="inventory_reservationline_one"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="inventory_reservationline_quantity"
            ),
        )
