"""The shapes of ordering's HTTP: what a request must look like, and what an answer does."""

from typing import Any

from rest_framework import serializers

from modules.kernel.contracts import Invalid
from modules.ordering import queries
from modules.ordering.contracts import PlaceOrder, RequestedLine
from modules.ordering.domain.order_status import OrderStatus
from modules.ordering.domain.placing import (
    DISCOUNT_DECIMALS,
    LINES_MAX,
    QUANTITY_MAX,
    TEXT_LENGTH_MAX,
    UNIT_PRICE_MINOR_MAX,
)
from modules.shipping.contracts import Address


class RequestedLineSerializer(serializers.Serializer[RequestedLine]):
    """A line to be ordered; without a price of its own it takes the catalogue's."""

    sku = serializers.CharField(max_length=TEXT_LENGTH_MAX)
    quantity = serializers.IntegerField(min_value=1, max_value=QUANTITY_MAX)
    unit_price_minor = serializers.IntegerField(
        min_value=0, max_value=UNIT_PRICE_MINOR_MAX, required=False, allow_null=True
    )
    discount_percent = serializers.DecimalField(
        max_digits=5,
        decimal_places=DISCOUNT_DECIMALS,
        min_value=0,
        max_value=100,
        required=False,
    )


class AddressSerializer(serializers.Serializer[Address]):
    """A postal address; some countries have no postal codes, some no regions."""

    name = serializers.CharField(max_length=TEXT_LENGTH_MAX)
    line1 = serializers.CharField(max_length=TEXT_LENGTH_MAX)
    city = serializers.CharField(max_length=TEXT_LENGTH_MAX)
    country = serializers.CharField(max_length=TEXT_LENGTH_MAX)
    postal_code = serializers.CharField(
        max_length=TEXT_LENGTH_MAX, required=False, allow_blank=True
    )
    region = serializers.CharField(max_length=TEXT_LENGTH_MAX, required=False, allow_blank=True)


class PlaceOrderSerializer(serializers.Serializer[PlaceOrder]):
    """All that is needed to place an order."""

    customer_id = serializers.CharField(max_length=TEXT_LENGTH_MAX)
    currency = serializers.RegexField(r"\A[A-Z]{3}\Z")
    lines = serializers.ListField(
        child=RequestedLineSerializer(), min_length=1, max_length=LINES_MAX
    )
    ship_to = AddressSerializer()
    payment_token = serializers.CharField(max_length=TEXT_LENGTH_MAX)

    def to_request(self) -> PlaceOrder:
        """This gives the request as ordering's interface takes it; call after `is_valid`."""
        checked: dict[str, Any] = self.validated_data
        return PlaceOrder(
            customer_id=checked["customer_id"],
            currency=checked["currency"],
            lines=tuple(RequestedLine(**line) for line in checked["lines"]),
            ship_to=Address(**checked["ship_to"]),
            payment_token=checked["payment_token"],
        )


class OrdersQuerySerializer(serializers.Serializer[Any]):
    """What a listing of orders may be narrowed by; an empty value narrows nothing."""

    customer_id = serializers.CharField(
        required=False, allow_blank=True, max_length=TEXT_LENGTH_MAX
    )
    status = serializers.ChoiceField(
        required=False,
        allow_blank=True,
        choices=[(status.value, status.value) for status in OrderStatus],
    )
    cursor = serializers.CharField(required=False, allow_blank=True)

    def validate_cursor(self, cursor: str) -> str:
        try:
            if cursor:
                queries.id_in_cursor(cursor)
        except Invalid as error:
            raise serializers.ValidationError(error.detail) from error
        return cursor


class HistoryQuerySerializer(OrdersQuerySerializer):
    """What a search of the history may be narrowed by."""

    sku = serializers.CharField(required=False, allow_blank=True, max_length=TEXT_LENGTH_MAX)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False, help_text="Before this time, not at it.")
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=queries.PAGE_SIZE_MAX, default=50
    )


class AcceptedOrderSerializer(serializers.Serializer[Any]):
    """An order that was taken in; ask again under `Location` what has become of it."""

    order_id = serializers.UUIDField()
    status = serializers.CharField()


class OrderLineSerializer(serializers.Serializer[Any]):
    """A line of an order; price and total are null until they are agreed."""

    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price_minor = serializers.IntegerField(allow_null=True)
    discount_percent = serializers.FloatField()
    total_minor = serializers.IntegerField(allow_null=True)


class OrderFailureSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class OrderPaymentSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()
    captured_minor = serializers.IntegerField()
    refunded_minor = serializers.IntegerField()


class OrderShipmentSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()
    tracking_number = serializers.CharField()


class OrderSerializer(serializers.Serializer[Any]):
    """An order with what has become of its payment and its shipment."""

    order_id = serializers.UUIDField()
    status = serializers.CharField()
    currency = serializers.CharField()
    total_minor = serializers.IntegerField()
    lines = OrderLineSerializer(many=True)
    failure = OrderFailureSerializer(allow_null=True)
    payment = OrderPaymentSerializer()
    shipment = OrderShipmentSerializer(allow_null=True)


class OrderSummarySerializer(serializers.Serializer[Any]):
    order_id = serializers.UUIDField()
    customer_id = serializers.CharField()
    status = serializers.CharField()
    currency = serializers.CharField()
    total_minor = serializers.IntegerField()
    placed_at = serializers.DateTimeField()


class OrderPageSerializer(serializers.Serializer[Any]):
    """A page of orders, newest first; `next_cursor` is null on the last."""

    orders = OrderSummarySerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
