"""A customer's orders for the web: the list, one with all there is to it, and what can be asked."""

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from modules.gateway.compositions.order_page import ByOrder, order_of, order_page
from modules.gateway.fronts.accepted import accepted
from modules.gateway.fronts.caller import FrontView
from modules.gateway.fronts.refusals import ANYWHERE, BAD_REQUEST, INVALID, NO_ORDER, refusal
from modules.gateway.fronts.web.projecting import shown_order
from modules.gateway.fronts.web.shapes import (
    CursorQuerySerializer,
    WebAcceptedSerializer,
    WebOrderPageSerializer,
    WebOrderSerializer,
)
from modules.kernel import interfaces
from modules.ordering.contracts import Ordering, OrderPage
from modules.shipping.contracts import Shipping

_TAGS = ("orders",)
_ORDER_ID = OpenApiParameter("order_id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class WebOrdersView(FrontView):
    """The orders of whoever asks."""

    @extend_schema(
        tags=_TAGS,
        operation_id="web_list_orders",
        summary="List your orders, newest first",
        parameters=[CursorQuerySerializer],
        responses={200: WebOrderPageSerializer, **BAD_REQUEST, **INVALID, **ANYWHERE},
    )
    def get(self, request: Request) -> Response:
        query = CursorQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        if not self.customer_id:
            return Response(WebOrderPageSerializer(OrderPage(orders=())).data)
        page = interfaces.get(Ordering).orders(customer_id=self.customer_id, **query.validated_data)
        return Response(WebOrderPageSerializer(page).data)


class WebOrderView(FrontView):
    """One order."""

    @extend_schema(
        tags=_TAGS,
        operation_id="web_read_order",
        summary="Read an order with payment, shipment, goods and timeline",
        parameters=[_ORDER_ID],
        responses={200: WebOrderSerializer, **NO_ORDER, **ANYWHERE},
    )
    def get(self, request: Request, order_id: str) -> Response:
        page = order_page(ByOrder(order_id=order_id))
        return Response(WebOrderSerializer(shown_order(request._request, page)).data)


class WebOrderCancelView(FrontView):
    """The wish that an order be undone."""

    @extend_schema(
        tags=_TAGS,
        operation_id="web_cancel_order",
        summary="Cancel an order",
        parameters=[_ORDER_ID],
        request=None,
        responses={
            202: WebAcceptedSerializer,
            **NO_ORDER,
            **refusal(409, "It has gone too far to be cancelled."),
            **ANYWHERE,
        },
    )
    def post(self, request: Request, order_id: str) -> Response:
        asked = ByOrder(order_id=order_id)
        order_of(asked)
        interfaces.get(Ordering).cancel_order(order_id=order_id)
        return accepted_order(order_id, order_of(asked).status, request)


class WebOrderReturnView(FrontView):
    """The goods of an order on their way back."""

    @extend_schema(
        tags=_TAGS,
        operation_id="web_return_order",
        summary="Send the goods of an order back",
        parameters=[_ORDER_ID],
        request=None,
        responses={
            202: WebAcceptedSerializer,
            **NO_ORDER,
            **refusal(409, "You do not have the goods."),
            **ANYWHERE,
        },
    )
    def post(self, request: Request, order_id: str) -> Response:
        asked = ByOrder(order_id=order_id)
        order_of(asked)
        interfaces.get(Shipping).take_back(order_id=order_id)
        return accepted_order(order_id, order_of(asked).status, request)


def accepted_order(order_id: str, order_status: str, request: Request) -> Response:
    """This is the answer to what is wanted of an order."""
    url = request.build_absolute_uri(reverse("web:order", args=[order_id]))
    return accepted(
        WebAcceptedSerializer, {"order_id": order_id, "status": order_status, "status_url": url}
    )
