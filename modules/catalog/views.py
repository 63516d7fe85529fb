"""Catalog over HTTP: browse products, read one, put one."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from modules.catalog import queries, use_cases
from modules.catalog.domain import ProductDetails
from modules.kernel.http.problems import CONTENT_TYPE

_TAGS = ("catalog",)


def _refusal(status: HTTPStatus, description: str) -> dict[tuple[int, str], OpenApiResponse]:
    return {(int(status), CONTENT_TYPE): OpenApiResponse(OpenApiTypes.OBJECT, description)}


_BAD_REQUEST = _refusal(HTTPStatus.BAD_REQUEST, "Not valid; `errors` names the fields.")
_UNKNOWN = _refusal(HTTPStatus.NOT_FOUND, "unknown-product: there is none of the SKU.")
_INVALID = _refusal(
    HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-product: `field` breaks the rule in `detail`."
)


class PutProductSerializer(serializers.Serializer[Any]):
    """This is the body of a put; the rules of its values are the domain's."""

    name = serializers.CharField()
    category = serializers.CharField()
    unit_price_minor = serializers.IntegerField()
    currency = serializers.CharField()


class ProductSerializer(PutProductSerializer):
    """This is a product as the API shows it."""

    sku = serializers.CharField()


class ProductPageSerializer(serializers.Serializer[Any]):
    """This is one page; `next_cursor` is null on the last."""

    products = ProductSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ProductQuerySerializer(serializers.Serializer[Any]):
    """This is what a list of products can be narrowed by."""

    category = serializers.CharField(default="", allow_blank=True)
    search = serializers.CharField(default="", allow_blank=True, help_text="words of the name")
    cursor = serializers.CharField(
        default="", allow_blank=True, help_text="next_cursor of the page before"
    )
    limit = serializers.IntegerField(default=50, min_value=1, max_value=queries.MOST_ON_A_PAGE)


@extend_schema(tags=_TAGS)
class ProductsView(APIView):
    """The products, page by page."""

    @extend_schema(
        operation_id="list_products",
        summary="Products in SKU order",
        parameters=[ProductQuerySerializer],
        responses={200: ProductPageSerializer, **_BAD_REQUEST},
    )
    def get(self, request: Request) -> Response:
        query = ProductQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        return Response(asdict(queries.products(**query.validated_data)))


@extend_schema(tags=_TAGS)
class ProductView(APIView):
    """One product."""

    @extend_schema(
        operation_id="get_product",
        summary="One product",
        responses={200: ProductSerializer, **_UNKNOWN},
    )
    def get(self, request: Request, sku: str) -> Response:
        return Response(asdict(queries.product(sku=sku)))

    @extend_schema(
        operation_id="put_product",
        summary="Announce a product, or replace what is known of it",
        request=PutProductSerializer,
        responses={200: ProductSerializer, 201: ProductSerializer, **_BAD_REQUEST, **_INVALID},
    )
    def put(self, request: Request, sku: str) -> Response:
        body = PutProductSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        outcome = use_cases.put_product(ProductDetails(sku=sku, **body.validated_data))
        created = outcome is use_cases.PutOutcome.CREATED
        return Response(
            asdict(queries.product(sku=sku)),
            status=HTTPStatus.CREATED if created else HTTPStatus.OK,
        )
