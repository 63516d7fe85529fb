"""Ordering over HTTP. Every view asks the published interface, as another module would."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from modules.kernel import interfaces
from modules.kernel.http import problems
from modules.kernel.http.idempotency import key_of_sender
from modules.kernel.interfaces import current_principal
from modules.ordering import queries
from modules.ordering.contracts import Ordering
from modules.ordering.domain import access
from modules.ordering.serializers import (
    AcceptedOrderSerializer,
    HistoryQuerySerializer,
    OrderPageSerializer,
    OrderSerializer,
    OrdersQuerySerializer,
    PlaceOrderSerializer,
)

_TAGS = ("orders",)
_ORDER_ID = OpenApiParameter("order_id", OpenApiTypes.UUID, OpenApiParameter.PATH)


def _refusal(status_code: int, description: str) -> dict[tuple[int, str], OpenApiResponse]:
    problem = OpenApiResponse(OpenApiTypes.OBJECT, description)
    return {(status_code, problems.CONTENT_TYPE): problem}


_BAD_REQUEST = _refusal(400, "The request is not valid; `errors` names the fields.")
_NOT_FOUND = _refusal(404, "There is no such order.")


class OrdersView(APIView):
    """All orders: placing one, and finding some."""

    @extend_schema(
        tags=_TAGS,
        operation_id="orders_place",
        summary="Place an order",
        description=(
            "Answers at once; the order is paid, reserved and shipped afterwards. The same "
            "key and body give the same order, however often they are sent."
        ),
        parameters=[
            OpenApiParameter(
                "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, allow_blank=False
            )
        ],
        request=PlaceOrderSerializer,
        responses={
            202: AcceptedOrderSerializer,
            **_BAD_REQUEST,
            **_refusal(422, "The key belongs to another request."),
        },
    )
    def post(self, request: Request) -> Response:
        with key_of_sender(request, front="api") as key:
            body = PlaceOrderSerializer(data=request.data)
            body.is_valid(raise_exception=True)
            placed = interfaces.get(Ordering).place_order(body.to_request(), idempotency_key=key)
        return Response(
            AcceptedOrderSerializer(placed).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": reverse("order", args=[placed.order_id])},
        )

    @extend_schema(
        tags=_TAGS,
        operation_id="orders_list",
        summary="List orders, newest first",
        parameters=[OrdersQuerySerializer],
        responses={200: OrderPageSerializer, **_BAD_REQUEST},
    )
    def get(self, request: Request) -> Response:
        query = OrdersQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = interfaces.get(Ordering).orders(**query.validated_data)
        return Response(OrderPageSerializer(page).data)


class OrderHistoryView(APIView):
    """All orders ever placed, as they are looked for."""

    @extend_schema(
        tags=_TAGS,
        operation_id="orders_history",
        summary="Search orders by customer, status, product and date, newest first",
        description="Answered from a read model: send `X-Write-Token` of a write's answer back "
        "to be sure that it is seen. `X-Read-Staleness-Ms` says how old the answer may be.",
        parameters=[HistoryQuerySerializer],
        responses={
            200: OrderPageSerializer,
            **_BAD_REQUEST,
            **_refusal(503, "The history has not caught up with the write of the token."),
        },
    )
    def get(self, request: Request) -> Response:
        query = HistoryQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = dict(query.validated_data)
        wanted["customer_id"] = access.narrowed(current_principal(), wanted.get("customer_id", ""))
        return Response(OrderPageSerializer(queries.history(**wanted)).data)


class OrderView(APIView):
    """One order."""

    @extend_schema(
        tags=_TAGS,
        operation_id="orders_read",
        summary="Read an order and what has become of it",
        parameters=[_ORDER_ID],
        responses={200: OrderSerializer, **_NOT_FOUND},
    )
    def get(self, request: Request, order_id: str) -> Response:
        order = interfaces.get(Ordering).order(order_id=order_id)
        return Response(OrderSerializer(order).data)


class OrderCancelView(APIView):
    """The wish that an order be undone."""

    @extend_schema(
        tags=_TAGS,
        operation_id="orders_cancel",
        summary="Cancel an order",
        description="Answers at once; the order ends cancelled when everything is undone.",
        parameters=[_ORDER_ID],
        request=None,
        responses={
            202: AcceptedOrderSerializer,
            **_NOT_FOUND,
            **_refusal(409, "It has gone too far to be cancelled."),
        },
    )
    def post(self, request: Request, order_id: str) -> Response:
        ordering = interfaces.get(Ordering)
        ordering.cancel_order(order_id=order_id)
        order = ordering.order(order_id=order_id)
        return Response(AcceptedOrderSerializer(order).data, status=status.HTTP_202_ACCEPTED)
