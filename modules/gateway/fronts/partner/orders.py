"""A partner's orders: placing one or many, and what has become of them."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from modules.gateway.compositions.order_page import ByOrder, order_of
from modules.gateway.fronts.accepted import accepted
from modules.gateway.fronts.partner.shapes import (
    PartnerAcceptedSerializer,
    PartnerImportOrderSerializer,
    PartnerImportRequestSerializer,
    PartnerImportSerializer,
    PartnerOrderPageSerializer,
    PartnerOrderSerializer,
    PartnerPlaceOrderSerializer,
    lines_of,
)
from modules.gateway.fronts.partner.view import PartnerView
from modules.gateway.fronts.refusals import (
    ANYWHERE,
    BAD_REQUEST,
    INVALID,
    NO_ORDER,
    refusal,
)
from modules.gateway.fronts.web.shapes import CursorQuerySerializer
from modules.kernel import interfaces
from modules.kernel.http.idempotency import idempotency_key, key_of_sender
from modules.ordering.contracts import Order, Ordering, PlaceOrder
from modules.partners.contracts import OrderImport, Partners
from modules.shipping.contracts import Address

_TAGS = ("orders",)
_ORDER_ID = OpenApiParameter("order_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_IMPORT_ID = OpenApiParameter("import_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, required=True, allow_blank=False
)


class PartnerOrdersView(PartnerView):
    """The orders of the partner."""

    @extend_schema(
        tags=_TAGS,
        operation_id="list_orders",
        summary="List your orders, newest first",
        parameters=[CursorQuerySerializer],
        responses={
            200: PartnerOrderPageSerializer,
            **BAD_REQUEST,
            **INVALID,
            **ANYWHERE,
        },
    )
    def get(self, request: Request) -> Response:
        query = CursorQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = interfaces.get(Ordering).orders(customer_id=self.partner, **query.validated_data)
        return Response(PartnerOrderPageSerializer(page).data)

    @extend_schema(
        tags=_TAGS,
        operation_id="place_order",
        summary="Place an order",
        description="The same key and body give the same order, however often they are sent.",
        parameters=[_KEY],
        request=PartnerPlaceOrderSerializer,
        responses={
            202: PartnerAcceptedSerializer,
            **BAD_REQUEST,
            **INVALID,
            **ANYWHERE,
        },
    )
    def post(self, request: Request) -> Response:
        with key_of_sender(request, front="partner") as key:
            body = PartnerPlaceOrderSerializer(data=request.data)
            body.is_valid(raise_exception=True)
            checked: dict[str, Any] = body.validated_data
            placed = interfaces.get(Ordering).place_order(
                PlaceOrder(
                    customer_id=self.partner,
                    currency=checked["currency"],
                    lines=lines_of(checked),
                    ship_to=Address(**checked["ship_to"]),
                    payment_token=checked["payment_token"],
                ),
                idempotency_key=key,
            )
        return _accepted(request, placed.order_id, placed.status)


class PartnerOrderView(PartnerView):
    """One order."""

    @extend_schema(
        tags=_TAGS,
        operation_id="read_order",
        summary="Read an order and what has become of it",
        parameters=[_ORDER_ID],
        responses={200: PartnerOrderSerializer, **NO_ORDER, **ANYWHERE},
    )
    def get(self, request: Request, order_id: str) -> Response:
        order = order_of(ByOrder(order_id=order_id))
        return Response(PartnerOrderSerializer(_shown(order)).data)


class PartnerOrderCancelView(PartnerView):
    """The wish that an order be undone."""

    @extend_schema(
        tags=_TAGS,
        operation_id="cancel_order",
        summary="Cancel an order",
        parameters=[_ORDER_ID],
        request=None,
        responses={
            202: PartnerAcceptedSerializer,
            **NO_ORDER,
            **refusal(409, "It has gone too far to be cancelled."),
            **ANYWHERE,
        },
    )
    def post(self, request: Request, order_id: str) -> Response:
        asked = ByOrder(order_id=order_id)
        order_of(asked)
        interfaces.get(Ordering).cancel_order(order_id=order_id)
        return _accepted(request, order_id, order_of(asked).status)


class PartnerImportsView(PartnerView):
    """Orders in bulk."""

    @extend_schema(
        tags=_TAGS,
        operation_id="import_orders",
        summary="Place many orders",
        description="Taken in as a whole; then each is placed, or refused, by itself.",
        parameters=[_KEY],
        request=PartnerImportRequestSerializer,
        responses={
            202: PartnerImportSerializer,
            **BAD_REQUEST,
            **INVALID,
            **ANYWHERE,
        },
    )
    def post(self, request: Request) -> Response:
        key = idempotency_key(request)
        body = PartnerImportRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        shape = PartnerImportOrderSerializer()
        taken = interfaces.get(Partners).import_orders(
            partner=self.partner,
            orders=tuple(shape.to_order(one) for one in body.validated_data["orders"]),
            idempotency_key=key,
        )
        return accepted(PartnerImportSerializer, _shown_import(request, taken))


class PartnerImportView(PartnerView):
    """One import."""

    @extend_schema(
        tags=_TAGS,
        operation_id="read_import",
        summary="Read an import and what has become of each of its orders",
        parameters=[_IMPORT_ID],
        responses={
            200: PartnerImportSerializer,
            **refusal(404, "There is no such import of yours."),
            **ANYWHERE,
        },
    )
    def get(self, request: Request, import_id: str) -> Response:
        found = interfaces.get(Partners).order_import(partner=self.partner, import_id=import_id)
        return Response(PartnerImportSerializer(_shown_import(request, found)).data)


def _accepted(request: Request, order_id: str, order_status: str) -> Response:
    url = _order_url(request, order_id)
    return accepted(
        PartnerAcceptedSerializer,
        {"order_id": order_id, "status": order_status, "status_url": url},
    )


def _order_url(request: Request, order_id: str) -> str:
    return request.build_absolute_uri(reverse("partner:order", args=[order_id]))


def _shown(order: Order) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "status": order.status,
        "currency": order.currency,
        "total_minor": order.total_minor,
        "placed_at": order.placed_at,
        "lines": order.lines,
        "payment_status": order.payment.status,
        "tracking_number": order.shipment.tracking_number if order.shipment else None,
        "failure": order.failure,
    }


def _shown_import(request: Request, found: OrderImport) -> dict[str, Any]:
    return {
        "import_id": found.import_id,
        "state": found.state,
        "created_at": found.created_at,
        "status_url": request.build_absolute_uri(reverse("partner:import", args=[found.import_id])),
        "lines": [
            {
                "reference": line.reference,
                "state": line.state,
                "order_id": line.order_id,
                "status_url": _order_url(request, line.order_id) if line.order_id else None,
                "code": line.code,
                "detail": line.detail,
            }
            for line in found.lines
        ],
    }
