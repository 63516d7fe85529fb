"""What is sold, for the web: shelves with stock and pictures, one product with its likes."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from modules.gateway.compositions import storefront
from modules.gateway.fronts.caller import FrontView
from modules.gateway.fronts.refusals import ANYWHERE, BAD_REQUEST, INVALID, NO_PRODUCT
from modules.gateway.fronts.web.projecting import shown_offer
from modules.gateway.fronts.web.shapes import (
    WebProductDetailsSerializer,
    WebProductPageSerializer,
    WebProductsQuerySerializer,
)

_TAGS = ("products",)


class WebProductsView(FrontView):
    """The shelves."""

    @extend_schema(
        tags=_TAGS,
        operation_id="web_list_products",
        summary="Look for products",
        parameters=[WebProductsQuerySerializer],
        responses={200: WebProductPageSerializer, **BAD_REQUEST, **INVALID, **ANYWHERE},
    )
    def get(self, request: Request) -> Response:
        query = WebProductsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        shelf = storefront.shelf(
            storefront.ByShelf(
                category=asked["category"],
                search=asked["q"],
                cursor=asked["cursor"],
                limit=asked["limit"],
            )
        )
        body = {
            "products": [shown_offer(request._request, offer) for offer in shelf.offers],
            "categories": shelf.categories,
            "next_cursor": shelf.next_cursor,
            "parts": shelf.states,
        }
        return Response(WebProductPageSerializer(body).data)


class WebProductView(FrontView):
    """One product."""

    @extend_schema(
        tags=_TAGS,
        operation_id="web_read_product",
        summary="Read a product, with others of its category",
        responses={200: WebProductDetailsSerializer, **NO_PRODUCT, **ANYWHERE},
    )
    def get(self, request: Request, sku: str) -> Response:
        page = storefront.offer(storefront.BySku(sku=sku))
        body = {
            "product": shown_offer(request._request, page.offer),
            "neighbours": [shown_offer(request._request, offer) for offer in page.neighbours],
            "parts": page.states,
        }
        return Response(WebProductDetailsSerializer(body).data)
