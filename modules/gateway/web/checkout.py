"""Checking out: an address, a card, and one order, however often the form is sent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.gateway.web.forms import TEST_CARDS, CheckoutForm
from modules.gateway.web.page import shop_page
from modules.gateway.web.visitor import basket_of, leave_basket, visitor
from modules.kernel import interfaces
from modules.kernel.contracts import Invalid
from modules.ordering.contracts import EmptyBasket, Ordering


@require_http_methods(["GET", "POST"])
@never_cache
def check_out(request: HttpRequest) -> HttpResponse:
    """This shows the form, and places the order that it asks for."""
    if request.method == "POST":
        form = CheckoutForm(request.POST)
        if form.is_valid():
            try:
                order_id = _place(form, customer_id=visitor(request).customer_id)
            except EmptyBasket:
                return redirect("shop:basket")
            except Invalid as problem:
                form.add_error(None, problem.detail)
            else:
                leave_basket(request, form.cleaned_data["basket_id"])
                return redirect("shop:order", order_id=order_id)
    else:
        form = CheckoutForm(initial={"basket_id": visitor(request).basket_id})
    basket = basket_of(request)
    if basket is None or not basket.lines:
        return redirect("shop:basket")
    return shop_page(
        request,
        "checkout.html",
        {"form": form, "basket": basket, "cards": TEST_CARDS},
        status=422 if form.errors else 200,
    )


def _place(form: CheckoutForm, *, customer_id: str) -> str:
    """This places the order and gives its id; for a form sent twice, the id it had before.

    Raises:
        EmptyBasket: there is nothing to order, and this form has ordered nothing.
    """
    placed = interfaces.get(Ordering).check_out_basket(
        basket_id=form.cleaned_data["basket_id"],
        customer_id=customer_id,
        ship_to=form.address(),
        payment_token=form.cleaned_data["payment_token"],
    )
    return placed.order_id
