"""Shipping over HTTP."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.kernel import interfaces
from modules.shipping import queries
from modules.shipping.contracts import Address, ParcelItem, ShipmentStatus, Shipping


class ItemFields(serializers.Serializer[ParcelItem]):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=1, max_value=100_000)


class ParcelFields(serializers.Serializer[object]):
    number = serializers.IntegerField()
    weight_grams = serializers.IntegerField()
    items = ItemFields(many=True)


class ShipmentFields(serializers.Serializer[object]):
    order_id = serializers.CharField()
    shipment_id = serializers.CharField()
    status = serializers.ChoiceField(["booked", "dispatched", "delivered", "returned", "cancelled"])
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    parcels = ParcelFields(many=True)


class AddressFields(serializers.Serializer[Address]):
    name = serializers.CharField()
    line1 = serializers.CharField()
    city = serializers.CharField()
    postal_code = serializers.CharField(default="", allow_blank=True)
    region = serializers.CharField(default="", allow_blank=True)
    country = serializers.CharField()


class QuoteRequestFields(serializers.Serializer[object]):
    recipient = AddressFields()
    items = ItemFields(many=True, allow_empty=False)


class QuoteFields(serializers.Serializer[object]):
    carrier = serializers.CharField()
    price_minor = serializers.IntegerField()
    currency = serializers.CharField()
    days = serializers.IntegerField()


class QuotesFields(serializers.Serializer[object]):
    quotes = QuoteFields(many=True)


class ShipmentView(APIView):
    """What is shipped for an order."""

    @extend_schema(operation_id="shipping_shipment", responses=ShipmentFields)
    def get(self, request: Request, order_id: str) -> Response:
        """The shipment for an order, with its parcels and its tracking number."""
        return Response(_shown(interfaces.get(Shipping).shipment(order_id=order_id)))


class ReturnView(APIView):
    """The customer sends back what was shipped for an order."""

    @extend_schema(operation_id="shipping_return", request=None, responses=ShipmentFields)
    def post(self, request: Request, order_id: str) -> Response:
        """Take the goods back; stock, refund and order follow a moment later."""
        return Response(_shown(interfaces.get(Shipping).take_back(order_id=order_id)))


class QuotesView(APIView):
    """What carriers would ask."""

    @extend_schema(
        operation_id="shipping_quotes", request=QuoteRequestFields, responses=QuotesFields
    )
    def post(self, request: Request) -> Response:
        """The carriers' offers for sending the items, cheapest first."""
        fields = QuoteRequestFields(data=request.data)
        fields.is_valid(raise_exception=True)
        quotes = interfaces.get(Shipping).quotes(
            recipient=Address(**fields.validated_data["recipient"]),
            items=tuple(ParcelItem(**item) for item in fields.validated_data["items"]),
        )
        return Response({"quotes": QuoteFields(quotes, many=True).data})


def _shown(status: ShipmentStatus) -> dict[str, object]:
    parcels = queries.parcels_of(status.order_id)
    return {
        "order_id": status.order_id,
        "shipment_id": status.shipment_id,
        "status": status.status,
        "carrier": status.carrier,
        "tracking_number": status.tracking_number,
        "parcels": ParcelFields(parcels, many=True).data,
    }
