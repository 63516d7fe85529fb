"""Inventory over HTTP: read and set the stock of a SKU, in total or at one location."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.inventory import queries, use_cases
from modules.inventory.domain import MOST_ON_A_SHELF, Shelf
from modules.kernel.http.problems import CONTENT_TYPE

_TAGS = ("inventory",)


def _refusal(status: HTTPStatus, description: str) -> dict[tuple[int, str], OpenApiResponse]:
    return {(int(status), CONTENT_TYPE): OpenApiResponse(OpenApiTypes.OBJECT, description)}


_UNKNOWN = _refusal(HTTPStatus.NOT_FOUND, "unknown-sku: no stock is kept of the SKU.")
_PUT_REFUSALS = {
    **_refusal(HTTPStatus.BAD_REQUEST, "Not valid; `errors` names the fields."),
    **_refusal(HTTPStatus.CONFLICT, "stock-reserved or stock-elsewhere: it cannot be so few."),
    **_refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-stock: a name that cannot be one."),
}


class PutStockSerializer(serializers.Serializer[Any]):
    """This is the body of a put."""

    on_hand = serializers.IntegerField(min_value=0, max_value=MOST_ON_A_SHELF)


class StockLevelSerializer(serializers.Serializer[Any]):
    """This is the stock of a SKU; available = on_hand − reserved."""

    sku = serializers.CharField()
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()
    available = serializers.IntegerField()


class ShelfSerializer(StockLevelSerializer):
    """This is the stock of a SKU at one location."""

    location = serializers.CharField()


class ShelvesSerializer(serializers.Serializer[Any]):
    """This is the stock of a SKU location by location."""

    shelves = ShelfSerializer(many=True)


@extend_schema(tags=_TAGS)
class StockView(APIView):
    """The stock of one SKU over all locations."""

    @extend_schema(
        operation_id="get_stock",
        summary="Stock of one SKU",
        responses={200: StockLevelSerializer, **_UNKNOWN},
    )
    def get(self, request: Request, sku: str) -> Response:
        return Response(asdict(queries.level(sku=sku)))

    @extend_schema(
        operation_id="put_stock",
        summary="Set the total on hand; the main location takes up the difference",
        request=PutStockSerializer,
        responses={200: StockLevelSerializer, 201: StockLevelSerializer, **_PUT_REFUSALS},
    )
    def put(self, request: Request, sku: str) -> Response:
        created = use_cases.put_stock(sku=sku, on_hand=_on_hand(request))
        return Response(asdict(queries.level(sku=sku)), status=_status(created))


class AvailabilityQuerySerializer(serializers.Serializer[Any]):
    """What the view of availability may be narrowed by."""

    sku = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, default=list, max_length=200
    )
    after = serializers.CharField(required=False, default="", allow_blank=True, max_length=64)
    limit = serializers.IntegerField(required=False, default=100, min_value=1, max_value=500)


class AvailabilitySerializer(serializers.Serializer[Any]):
    """This is a page of what can be bought, by SKU; `next_after` is null on the last."""

    levels = StockLevelSerializer(many=True)
    next_after = serializers.CharField(allow_null=True)


@extend_schema(tags=_TAGS)
class AvailabilityView(APIView):
    """What can be bought of every SKU, from a read model."""

    @extend_schema(
        operation_id="list_availability",
        summary="What can be bought; quick, and a moment old",
        parameters=[AvailabilityQuerySerializer],
        responses={
            200: AvailabilitySerializer,
            **_refusal(HTTPStatus.SERVICE_UNAVAILABLE, "It has not caught up with the token."),
        },
    )
    def get(self, request: Request) -> Response:
        query = AvailabilityQuerySerializer(
            data={**request.query_params.dict(), "sku": request.query_params.getlist("sku")}
        )
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        page = queries.availability(
            skus=tuple(wanted["sku"]), after=wanted["after"], limit=wanted["limit"]
        )
        return Response(AvailabilitySerializer(page).data)


@extend_schema(tags=_TAGS)
class ShelvesView(APIView):
    """The stock of one SKU at each location."""

    @extend_schema(
        operation_id="list_shelves",
        summary="Stock of one SKU by location",
        responses={200: ShelvesSerializer, **_UNKNOWN},
    )
    def get(self, request: Request, sku: str) -> Response:
        return Response({"shelves": [_shelf(shelf) for shelf in queries.shelves(sku=sku)]})


@extend_schema(tags=_TAGS)
class ShelfView(APIView):
    """The stock of one SKU at one location."""

    @extend_schema(
        operation_id="put_shelf",
        summary="Set what is on hand at one location",
        request=PutStockSerializer,
        responses={200: ShelfSerializer, 201: ShelfSerializer, **_PUT_REFUSALS},
    )
    def put(self, request: Request, sku: str, location: str) -> Response:
        created = use_cases.put_shelf(sku=sku, location=location, on_hand=_on_hand(request))
        shelves = {shelf.location: shelf for shelf in queries.shelves(sku=sku)}
        return Response(_shelf(shelves[location]), status=_status(created))


def _on_hand(request: Request) -> int:
    body = PutStockSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    on_hand: int = body.validated_data["on_hand"]
    return on_hand


def _shelf(shelf: Shelf) -> dict[str, object]:
    return asdict(shelf) | {"available": shelf.available}


def _status(created: bool) -> HTTPStatus:
    return HTTPStatus.CREATED if created else HTTPStatus.OK
