"""The console's pages. In production they are for staff; on a laptop there is no login."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from modules.console import queries
from modules.kernel import interfaces
from modules.kernel.contracts import Invalid
from modules.ordering.contracts import Ordering, OrderPage, UnknownOrder

View = Callable[..., HttpResponse]


def for_operators(view: View) -> View:
    """This lets only staff see the page where `QUARRY_CONSOLE_FOR_STAFF` says so."""
    guarded = staff_member_required(view)

    @wraps(view)
    def choose(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = guarded if settings.QUARRY_CONSOLE_FOR_STAFF else view
        return chosen(request, *args, **kwargs)

    return choose


@require_GET
@for_operators
def system_map(request: HttpRequest) -> HttpResponse:
    """This shows the modules and who talks to whom."""
    return render(request, "console/map.html", {"map": queries.system_map()})


@require_GET
@never_cache
@for_operators
def orders(request: HttpRequest) -> HttpResponse:
    """This lists orders, newest first."""
    status = request.GET.get("status", "")
    try:
        page = interfaces.get(Ordering).orders(
            status=status, cursor=request.GET.get("cursor", ""), limit=25
        )
    except Invalid:
        page = OrderPage(orders=())
    context = {"page": page, "status": status, "statuses": queries.ORDER_STATUSES}
    return render(request, "console/orders.html", context)


@require_GET
@never_cache
@for_operators
def order(request: HttpRequest, order_id: str) -> HttpResponse:
    """This shows one order with everything that was said about it."""
    try:
        found = interfaces.get(Ordering).order(order_id=order_id)
    except UnknownOrder:
        return render(request, "console/order_not_found.html", {"order_id": order_id}, status=404)
    context = {"order": found, "swimlanes": queries.messages_of(found)}
    return render(request, "console/order.html", context)


@require_GET
@never_cache
@for_operators
def stock(request: HttpRequest) -> HttpResponse:
    """This shows how much of every SKU there is."""
    search = request.GET.get("q", "").strip()
    context = {"levels": queries.stock(search=search), "search": search}
    return render(request, "console/stock.html", context)


@require_GET
@never_cache
@for_operators
def messages(request: HttpRequest) -> HttpResponse:
    """This shows which consumers have set messages aside."""
    return render(request, "console/messages.html", {"set_aside": queries.set_aside()})
