"""The HTTP interface of payments: where the money for an order stands."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.payments import queries


class PaymentStatusSerializer(serializers.Serializer[Any]):
    """This is the body of a payment's status."""

    order_id = serializers.CharField()
    status = serializers.ChoiceField(
        ["none", "authorised", "captured", "voided", "refunded", "declined", "in_doubt"]
    )
    authorised_minor = serializers.IntegerField()
    captured_minor = serializers.IntegerField()
    refunded_minor = serializers.IntegerField()
    currency = serializers.CharField(allow_blank=True)


class PaymentView(APIView):
    """This is the payment for one order."""

    @extend_schema(
        operation_id="payment_status",
        summary="Where the payment for an order stands",
        description="An order whose payment has not begun is answered with status `none`, "
        "not with 404: payments knows of an order only once money is asked for.",
        responses=PaymentStatusSerializer,
        tags=["payments"],
    )
    def get(self, request: Request, order_id: str) -> Response:
        return Response(PaymentStatusSerializer(queries.status_of(order_id)).data)
