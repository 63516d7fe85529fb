"""A visitor's orders: the list, one that updates itself, cancelling it, sending it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from modules.gateway.compositions.order_page import ByOrder, WholeOrder, order_of, order_page
from modules.gateway.compositions.order_progress import progress_of
from modules.gateway.web.page import not_found, shop_page
from modules.gateway.web.visitor import visitor
from modules.kernel import interfaces
from modules.ordering.contracts import (
    Order,
    Ordering,
    OrderNotCancellable,
    OrderPage,
    UnknownOrder,
)
from modules.shipping.contracts import NotReturnable, Shipping


@require_GET
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """This lists the orders of this session."""
    customer_id = visitor(request).customer_id
    cursor = request.GET.get("cursor", "")
    page = (
        interfaces.get(Ordering).orders(customer_id=customer_id, cursor=cursor)
        if customer_id
        else OrderPage(orders=())
    )
    return shop_page(request, "orders.html", {"page": page})


@require_GET
@never_cache
def show(request: HttpRequest, order_id: str) -> HttpResponse:
    """This shows one order; the page follows its events, and asks `progress` when one comes."""
    try:
        page = order_page(_asked(request, order_id))
    except UnknownOrder:
        return not_found(request, "order")
    return shop_page(request, "order.html", _shown(page))


@require_GET
@never_cache
def progress(request: HttpRequest, order_id: str) -> HttpResponse:
    """This gives the moving part of the page, or 204 where the page shows it already.

    204 leaves the page alone, so that a focused button keeps its focus and a screen
    reader speaks only of changes.
    """
    order = _order_of_visitor(request, order_id)
    if order is None:
        return not_found(request, "order")
    if request.GET.get("seen") == progress_of(order).fingerprint:
        return HttpResponse(status=204)
    page = order_page(_asked(request, order_id))
    return render(request, "shop/_order.html", {**_shown(page), "announce": True})


@require_POST
def cancel(request: HttpRequest, order_id: str) -> HttpResponse:
    """This asks for the order to be undone; its page then shows it happen."""
    order = _order_of_visitor(request, order_id)
    if order is None:
        return not_found(request, "order")
    try:
        interfaces.get(Ordering).cancel_order(order_id=order_id)
    except OrderNotCancellable:
        if order.status == "cancelled":  # Asked for twice: what was wanted is so.
            messages.success(request, "Your order is cancelled.")
        elif order.payment.captured_minor:
            messages.error(request, "It is too late to cancel: the order is paid and being packed.")
        else:
            messages.error(
                request, "It is being undone already, or about to be paid for: see below."
            )
    else:
        messages.success(request, "We are cancelling your order and undoing what was done.")
    return redirect("shop:order", order_id=order_id)


@require_POST
def send_back(request: HttpRequest, order_id: str) -> HttpResponse:
    """This sends the goods back; the page then shows the money come back."""
    if _order_of_visitor(request, order_id) is None:
        return not_found(request, "order")
    try:
        interfaces.get(Shipping).take_back(order_id=order_id)
    except NotReturnable:
        messages.error(request, "There is nothing to send back: the goods are not with you.")
    else:
        messages.success(request, "We have your goods back, and are refunding your money.")
    return redirect("shop:order", order_id=order_id)


def _shown(page: WholeOrder) -> dict[str, Any]:
    happened = [
        (moment.what.replace("-", " ").capitalize(), moment.happened_at) for moment in page.timeline
    ]
    return {
        "order": page.order,
        "progress": progress_of(page.order),
        "carrier": page.shipment.carrier if page.shipment else "",
        "happened": happened,
    }


def _order_of_visitor(request: HttpRequest, order_id: str) -> Order | None:
    try:
        return order_of(_asked(request, order_id))
    except UnknownOrder:
        return None


def _asked(request: HttpRequest, order_id: str) -> ByOrder:
    return ByOrder(order_id=order_id)
