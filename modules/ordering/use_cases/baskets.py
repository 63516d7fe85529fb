"""Baskets: what a visitor has chosen, until it is checked out into an order."""

from datetime import datetime

from modules.kernel.contracts import Invalid, new_id
from modules.kernel.messaging import unit_of_work
from modules.ordering import contracts
from modules.ordering.contracts import EmptyBasket, OrderSummary, PlaceOrder, RequestedLine
from modules.ordering.domain.placing import (
    BASKET_ID_LENGTH_MAX,
    LINES_MAX,
    check_quantity,
    check_request,
    check_text,
)
from modules.ordering.models import Basket, BasketLine, KnownProduct
from modules.ordering.queries import find_basket, summary_of
from modules.ordering.use_cases.place_order import record_order
from modules.shipping.contracts import Address


def put_in_basket(*, basket_id: str, sku: str, quantity: int) -> contracts.Basket:
    """This sets how many pieces of the SKU are in the basket; 0 takes it out.

    Raises:
        Invalid: a bad quantity, a product that was never announced, or one that is sold in
            another currency than what is in the basket.
    """
    check_text("basket_id", basket_id, longest=BASKET_ID_LENGTH_MAX)
    check_quantity(sku, quantity, least=0)
    with unit_of_work("ordering"):
        basket, _ = Basket.objects.get_or_create(id=basket_id)
        basket = Basket.objects.select_for_update().get(id=basket_id)
        if quantity == 0:
            basket.lines.filter(product_id=sku).delete()
        else:
            _put(basket, sku, quantity)
        basket.checked_out = None
        basket.save()
        return find_basket(basket_id)


def check_out_basket(
    *,
    basket_id: str,
    customer_id: str,
    ship_to: Address,
    payment_token: str,
    now: datetime,
) -> OrderSummary:
    """This places an order for what is in the basket, and empties it.

    A second click finds the basket empty and is given the order that emptied it.

    Raises:
        EmptyBasket: there is nothing in it, and nothing was.
        Invalid: an address or a customer that no order can have.
    """
    with unit_of_work("ordering") as work:
        # Locked: two clicks at the same moment take turns, and the second sees it empty.
        basket = Basket.objects.select_for_update().filter(id=basket_id).first()
        if basket is not None and basket.checked_out is not None:
            return summary_of(basket.checked_out)
        lines = list(basket.lines.select_related("product")) if basket else []
        if basket is None or not lines:
            raise EmptyBasket(f"there is nothing in basket {basket_id}", basket_id=basket_id)
        request = PlaceOrder(
            customer_id=customer_id,
            currency=lines[0].product.currency,
            lines=tuple(
                RequestedLine(sku=line.product_id, quantity=line.quantity) for line in lines
            ),
            ship_to=ship_to,
            payment_token=payment_token,
        )
        check_request(request)
        basket.checked_out = record_order(work, request, order_id=new_id(), now=now)
        basket.save()
        basket.lines.all().delete()
        return summary_of(basket.checked_out)


def _put(basket: Basket, sku: str, quantity: int) -> None:
    product = KnownProduct.objects.filter(sku=sku).first()
    if product is None:
        raise Invalid(f"no product {sku} has been announced", sku=sku)
    others = basket.lines.exclude(product=product).select_related("product")
    if any(line.product.currency != product.currency for line in others):
        raise Invalid(f"{sku} is sold in {product.currency}, what is in the basket is not", sku=sku)
    if len(others) >= LINES_MAX:
        raise Invalid(f"a basket has at most {LINES_MAX} products", sku=sku)
    BasketLine.objects.update_or_create(
        basket=basket, product=product, defaults={"quantity": quantity}
    )
