"""The basket: looking into it, and saying how many of what."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from modules.gateway.web.forms import BasketLineForm
from modules.gateway.web.page import shop_page
from modules.gateway.web.visitor import basket_of, welcome
from modules.kernel import interfaces
from modules.kernel.contracts import Invalid
from modules.ordering.contracts import Ordering


@require_GET
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """This shows the basket."""
    return shop_page(request, "basket.html", {"basket": basket_of(request)})


@require_POST
def put(request: HttpRequest) -> HttpResponse:
    """This sets how many of a SKU are in the basket, or adds that many; 0 takes it out."""
    form = BasketLineForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Please give a quantity between 0 and 999.")
        return redirect("shop:basket")
    sku, quantity = form.cleaned_data["sku"], form.cleaned_data["quantity"]
    ordering = interfaces.get(Ordering)
    basket_id = welcome(request).basket_id
    if form.cleaned_data["add"]:
        present = ordering.basket(basket_id=basket_id).lines
        quantity += sum(line.quantity for line in present if line.sku == sku)
    try:
        ordering.put_in_basket(basket_id=basket_id, sku=sku, quantity=quantity)
    except Invalid as problem:
        messages.error(request, problem.detail)
    return redirect("shop:basket")
