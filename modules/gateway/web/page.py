"""Drawing a page of the shop: what every page shows beside its own content."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from modules.gateway.web.visitor import basket_of
from modules.kernel.contracts import Problem, Unavailable
from modules.kernel.http.problems import problem_details
from modules.kernel.placements import is_moved_away
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


def with_problems_shown(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """This has a view answer with a page where it raises a `Problem` that it knows nothing of."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **named)
        except Problem as problem:
            if is_moved_away(problem):
                raise  # The edge answers anew, where the module is now.
            told = problem_details(problem)
            context = {
                "title": told["title"],
                "detail": told["detail"],
                "later": isinstance(problem, Unavailable),
                "basket": None,  # Whoever has that may be who could not be asked.
            }
            return shop_page(request, "problem.html", context, status=told["status"])

    return shown
