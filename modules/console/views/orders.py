"""Orders: the list, and one with everything that was said about it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from modules.console.queries.orders import ORDER_STATUSES, messages_of
from modules.console.views.access import for_operators
from modules.kernel import interfaces
from modules.kernel.contracts import Invalid
from modules.kernel.pages.fingerprint import fingerprint_of
from modules.ordering.contracts import Ordering, OrderPage, UnknownOrder


@require_GET
@never_cache
@for_operators
def every(request: HttpRequest) -> HttpResponse:
    """This lists orders, newest first."""
    status = request.GET.get("status", "")
    try:
        page = interfaces.get(Ordering).orders(
            status=status, cursor=request.GET.get("cursor", ""), limit=25
        )
    except Invalid:
        page = OrderPage(orders=())
    context = {"page": page, "status": status, "statuses": ORDER_STATUSES}
    return render(request, "console/orders.html", context)


@require_GET
@never_cache
@for_operators
def one(request: HttpRequest, order_id: str) -> HttpResponse:
    """This shows one order with everything that was said about it; 204 where that is seen already.

    So a page that asks each second keeps what is open in it, and its focus, while nothing happens.
    """
    try:
        found = interfaces.get(Ordering).order(order_id=order_id)
    except UnknownOrder:
        return render(request, "console/order_not_found.html", {"order_id": order_id}, status=404)
    said = messages_of(found)
    fingerprint = fingerprint_of(found, said)
    if request.GET.get("seen") == fingerprint:
        return HttpResponse(status=204)
    context = {"order": found, "swimlanes": said, "fingerprint": fingerprint}
    return render(request, "console/order.html", context)
