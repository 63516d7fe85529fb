"""Ordering's tables: orders, its copies of what it has heard, baskets, idempotency keys."""

from django.db import models

from modules.ordering.domain.order_status import OrderStatus
from modules.ordering.domain.placing import BASKET_ID_LENGTH_MAX, TEXT_LENGTH_MAX


class KnownProduct(models.Model):
    """This is ordering's copy of a product of the catalogue, as far as it has heard."""

    sku = models.CharField(primary_key=True, max_length=TEXT_LENGTH_MAX)
    name = models.TextField()
    unit_price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    revision = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"


class Order(models.Model):
    """This is a customer's order.

    Attributes:
        id: UUIDv7, so that the newest order has the highest id.
        total_minor: 0 until the prices are agreed.
        failure_code, failure_detail: why it failed; empty unless it has.
    """

    id = models.UUIDField(primary_key=True)
    customer_id = models.CharField(max_length=TEXT_LENGTH_MAX)
    status = models.CharField(
        max_length=10,
        default=OrderStatus.PENDING.value,
        choices=[(status.value, status.value) for status in OrderStatus],
    )
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField(default=0)
    ship_to_name = models.CharField(max_length=TEXT_LENGTH_MAX)
    ship_to_line1 = models.CharField(max_length=TEXT_LENGTH_MAX)
    ship_to_city = models.CharField(max_length=TEXT_LENGTH_MAX)
    ship_to_country = models.CharField(max_length=TEXT_LENGTH_MAX)
    ship_to_postal_code = models.CharField(max_length=TEXT_LENGTH_MAX, blank=True)
    ship_to_region = models.CharField(max_length=TEXT_LENGTH_MAX, blank=True)
    placed_at = models.DateTimeField()
    failure_code = models.CharField(max_length=60, blank=True)
    failure_detail = models.TextField(blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["customer_id", "-id"], name="ordering_order_customer"),
            models.Index(fields=["status", "-id"], name="ordering_order_status"),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.status}"

    def become(self, wanted: OrderStatus) -> None:
        """This moves the order on; the caller saves it.

        Raises:
            IllegalTransition: an order of its status cannot become that.
        """
        self.status = OrderStatus(self.status).moved_to(wanted)


class OrderLine(models.Model):
    """This is one line of an order; name, price and total are there once agreed."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    number = models.PositiveSmallIntegerField()
    sku = models.CharField(max_length=TEXT_LENGTH_MAX)
    name = models.TextField(blank=True)
    quantity = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField(null=True)
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2)
    total_minor = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("order", "number")
        constraints = (
            models.UniqueConstraint(fields=["order", "number"], name="ordering_line_number"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"


class OrderPayment(models.Model):
    """This is what ordering has heard about the payment for an order."""

    order = models.OneToOneField(Order, models.CASCADE, primary_key=True, related_name="payment")
    status = models.CharField(max_length=12, default="none")
    captured_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.order_id} {self.status}"


class OrderShipment(models.Model):
    """This is what ordering has heard about the shipment of an order."""

    order = models.OneToOneField(Order, models.CASCADE, primary_key=True, related_name="shipment")
    status = models.CharField(max_length=12)
    tracking_number = models.CharField(max_length=TEXT_LENGTH_MAX, blank=True)

    def __str__(self) -> str:
        return f"{self.order_id} {self.status}"


class IdempotentRequest(models.Model):
    """This is an idempotency key with the request it was used for and the order it made."""

    key = models.CharField(primary_key=True, max_length=255)
    digest = models.CharField(max_length=64)
    order = models.ForeignKey(Order, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.key


class Basket(models.Model):
    """This is what a visitor has chosen so far.

    Attributes:
        checked_out: the order that emptied it, until something is put in again; a second
            click on "order" is answered with it.
    """

    id = models.CharField(primary_key=True, max_length=BASKET_ID_LENGTH_MAX)
    checked_out = models.ForeignKey(Order, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return self.id


class BasketLine(models.Model):
    """This is how many pieces of a product are in a basket."""

    basket = models.ForeignKey(Basket, models.CASCADE, related_name="lines")
    product = models.ForeignKey(KnownProduct, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["basket", "product"], name="ordering_basket_sku"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"
