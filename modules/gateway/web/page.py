"""Drawing a page of the shop: what every page shows beside its own content."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from modules.gateway.web.visitor import basket_of
from modules.ordering.contracts import Basket


class HtmxRequest(HttpRequest):
    """This is a request as the middleware of django-htmx leaves it."""

    htmx: HtmxDetails


def shop_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """This renders a page; `context` may bring the ``basket`` if it was asked for already."""
    basket: Basket | None = context["basket"] if "basket" in context else basket_of(request)
    pieces = sum(line.quantity for line in basket.lines) if basket else 0
    return render(
        request,
        f"shop/{template}",
        {**context, "basket": basket, "basket_pieces": pieces},
        status=status,
    )


def not_found(request: HttpRequest, what: str) -> HttpResponse:
    """This answers 404 with a page that leads back into the shop."""
    return shop_page(request, "not_found.html", {"what": what}, status=404)
