"""The basket of a session, and ordering what is in it."""

from dataclasses import asdict

from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from modules.gateway.fronts.caller import FrontView
from modules.gateway.fronts.refusals import ANYWHERE, BAD_REQUEST, INVALID
from modules.gateway.fronts.web.orders import accepted_order
from modules.gateway.fronts.web.shapes import (
    WebAcceptedSerializer,
    WebBasketSerializer,
    WebCheckoutSerializer,
    WebQuantitySerializer,
)
from modules.gateway.web.visitor import basket_of, leave_basket, visitor, welcome
from modules.kernel import interfaces
from modules.ordering.contracts import Basket, EmptyBasket, Ordering
from modules.shipping.contracts import Address

_TAGS = ("basket",)
_EMPTY = Basket(basket_id="", currency="", lines=(), total_minor=0)


class WebBasketView(FrontView):
    """What has been chosen so far."""

    @extend_schema(
        tags=_TAGS,
        operation_id="web_read_basket",
        summary="Read the basket of this session",
        responses={200: WebBasketSerializer, **ANYWHERE},
    )
    def get(self, request: Request) -> Response:
        return _shown(request, basket_of(request._request) or _EMPTY)


class WebBasketLineView(FrontView):
    """One product in the basket."""

    @extend_schema(
        tags=_TAGS,
        operation_id="web_put_in_basket",
        summary="Say how many of a product are to be in the basket",
        request=WebQuantitySerializer,
        responses={200: WebBasketSerializer, **BAD_REQUEST, **INVALID, **ANYWHERE},
    )
    def put(self, request: Request, sku: str) -> Response:
        body = WebQuantitySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        basket = interfaces.get(Ordering).put_in_basket(
            basket_id=welcome(request._request).basket_id,
            sku=sku,
            quantity=body.validated_data["quantity"],
        )
        return _shown(request, basket)


class WebCheckoutView(FrontView):
    """Ordering what is in the basket."""

    @extend_schema(
        tags=_TAGS,
        operation_id="web_check_out",
        summary="Order what is in the basket",
        description="Answers at once; the order is paid, reserved and shipped afterwards.",
        request=WebCheckoutSerializer,
        responses={202: WebAcceptedSerializer, **BAD_REQUEST, **INVALID, **ANYWHERE},
    )
    def post(self, request: Request) -> Response:
        body = WebCheckoutSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        basket_id = visitor(request._request).basket_id
        if not basket_id or not self.customer_id:
            raise EmptyBasket("there is nothing in the basket", basket_id=basket_id)
        placed = interfaces.get(Ordering).check_out_basket(
            basket_id=basket_id,
            customer_id=self.customer_id,
            ship_to=Address(**body.validated_data["ship_to"]),
            payment_token=body.validated_data["payment_token"],
        )
        leave_basket(request._request, basket_id)
        return accepted_order(placed.order_id, placed.status, request)


def _shown(request: Request, basket: Basket) -> Response:
    body = {**asdict(basket), "csrf_token": get_token(request._request)}
    return Response(WebBasketSerializer(body).data)
