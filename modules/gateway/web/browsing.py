"""Looking around: the shelves with categories and search, a product, and its picture."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from modules.catalog.contracts import UnknownProduct
from modules.gateway.compositions import storefront
from modules.gateway.web.page import HtmxRequest, not_found, shop_page
from modules.gateway.web.product_art import draw_product


@require_GET
def browse(request: HtmxRequest) -> HttpResponse:
    """This shows the shelves; asked by htmx, only the part that a search changes."""
    category = request.GET.get("category", "")
    search = request.GET.get("q", "").strip()
    context = {
        "category": category,
        "search": search,
        "shelf": storefront.shelf(
            storefront.ByShelf(
                category=category, search=search, cursor=request.GET.get("cursor", "")
            )
        ),
    }
    if request.htmx.target == "results":
        response = render(request, "shop/_results.html", context)
    else:
        response = shop_page(request, "browse.html", context)
    patch_vary_headers(response, ["HX-Target"])
    return response


@require_GET
def product(request: HttpRequest, sku: str) -> HttpResponse:
    """This shows one product."""
    try:
        page = storefront.offer(storefront.BySku(sku=sku))
    except UnknownProduct:
        return not_found(request, "product")
    return shop_page(request, "product.html", {"offer": page.offer, "neighbours": page.neighbours})


@require_GET
@cache_control(public=True, max_age=86_400)
def art(request: HttpRequest, category: str, sku: str) -> HttpResponse:
    """This draws a product's picture from its names alone: no file, no other module asked."""
    return HttpResponse(draw_product(category=category, sku=sku), content_type="image/svg+xml")
