"""What the mobile front end serves: orders and products, small, and 304 where nothing is new."""

from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from modules.gateway.compositions import storefront
from modules.gateway.compositions.order_page import ByOrder, order_of
from modules.gateway.compositions.order_progress import StepState, progress_of
from modules.gateway.fronts.caller import FrontView
from modules.gateway.fronts.mobile.fields import chosen_fields, compact
from modules.gateway.fronts.mobile.shapes import (
    FieldsQuerySerializer,
    MobileOrderPageSerializer,
    MobileOrderSerializer,
    MobilePageQuerySerializer,
    MobileProductPageSerializer,
    MobileProductSerializer,
    MobileProductsQuerySerializer,
)
from modules.gateway.fronts.refusals import ANYWHERE, BAD_REQUEST, INVALID, NO_ORDER
from modules.kernel import interfaces
from modules.kernel.composition import State
from modules.ordering.contracts import Order, Ordering, OrderPage, OrderSummary

_ORDER_ID = OpenApiParameter("order_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The `ETag` of what you have."
)
_NOT_MODIFIED = {304: OpenApiResponse(description="You have it already.")}


@method_decorator(conditional_page, name="dispatch")
class MobileView(FrontView):
    """This is a view that is answered with 304 where the client has the answer already."""


class MobileOrdersView(MobileView):
    """The orders of whoever asks."""

    @extend_schema(
        tags=("orders",),
        operation_id="mobile_list_orders",
        summary="List your orders, newest first",
        parameters=[MobilePageQuerySerializer, _IF_NONE_MATCH],
        responses={
            200: MobileOrderPageSerializer,
            **_NOT_MODIFIED,
            **BAD_REQUEST,
            **INVALID,
            **ANYWHERE,
        },
    )
    def get(self, request: Request) -> Response:
        asked = _read(MobilePageQuerySerializer, request)
        fields = _fields(asked, MobileOrderSerializer)
        page = OrderPage(orders=())
        if self.customer_id:
            page = interfaces.get(Ordering).orders(
                customer_id=self.customer_id, cursor=asked["cursor"], limit=asked["limit"]
            )
        orders = [compact(_summary(order), fields) for order in page.orders]
        body = {"orders": orders}
        return Response(body | ({"next": page.next_cursor} if page.next_cursor else {}))


class MobileOrderView(MobileView):
    """One order."""

    @extend_schema(
        tags=("orders",),
        operation_id="mobile_read_order",
        summary="Read an order",
        parameters=[_ORDER_ID, FieldsQuerySerializer, _IF_NONE_MATCH],
        responses={
            200: MobileOrderSerializer,
            **_NOT_MODIFIED,
            **BAD_REQUEST,
            **NO_ORDER,
            **ANYWHERE,
        },
    )
    def get(self, request: Request, order_id: str) -> Response:
        fields = _fields(_read(FieldsQuerySerializer, request), MobileOrderSerializer)
        order = order_of(ByOrder(order_id=order_id))
        return Response(compact(_order(order), fields))


class MobileProductsView(MobileView):
    """What is sold."""

    @extend_schema(
        tags=("products",),
        operation_id="mobile_list_products",
        summary="Look for products",
        parameters=[MobileProductsQuerySerializer, _IF_NONE_MATCH],
        responses={
            200: MobileProductPageSerializer,
            **_NOT_MODIFIED,
            **BAD_REQUEST,
            **INVALID,
            **ANYWHERE,
        },
    )
    def get(self, request: Request) -> Response:
        asked = _read(MobileProductsQuerySerializer, request)
        fields = _fields(asked, MobileProductSerializer)
        shelf = storefront.shelf(
            storefront.ByShelf(
                category=asked["category"],
                search=asked["q"],
                cursor=asked["cursor"],
                limit=asked["limit"],
            )
        )
        body = {
            "products": [compact(_product(offer), fields) for offer in shelf.offers],
            "next": shelf.next_cursor,
            "parts": {
                name: state
                for name, state in shelf.states.items()
                if state != State.OK and name == "stock"
            },
        }
        return Response(
            {name: value for name, value in body.items() if value or name == "products"}
        )


def _read(query: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    read = query(data=request.query_params)
    read.is_valid(raise_exception=True)
    validated: dict[str, Any] = read.validated_data
    return validated


def _fields(asked: dict[str, Any], shape: type[Serializer[Any]]) -> frozenset[str]:
    return chosen_fields(asked["fields"], known=shape().fields)


def _order(order: Order) -> dict[str, Any]:
    progress = progress_of(order)
    can = [
        what
        for what, may in (("cancel", progress.cancellable), ("return", progress.returnable))
        if may
    ]
    return {
        "id": order.order_id,
        "status": order.status,
        "step": sum(step.state is StepState.DONE for step in progress.steps),
        "say": progress.headline,
        "total": order.total_minor,
        "paid": order.payment.captured_minor - order.payment.refunded_minor,
        "cur": order.currency,
        "lines": [{"n": line.quantity, "name": line.name or line.sku} for line in order.lines],
        "track": order.shipment.tracking_number if order.shipment else "",
        "can": can,
    }


def _summary(order: OrderSummary) -> dict[str, Any]:
    return {
        "id": order.order_id,
        "status": order.status,
        "total": order.total_minor,
        "cur": order.currency,
    }


def _product(offer: storefront.Offer) -> dict[str, Any]:
    return {
        "sku": offer.product.sku,
        "name": offer.product.name,
        "price": offer.product.unit_price_minor,
        "cur": offer.product.currency,
        "left": offer.available,
    }
