"""Ordering's published interface; its HTTP calls it too. It reads the clock, once a call."""

from django.utils import timezone

from modules.kernel.interfaces import current_principal
from modules.kernel.sagas import Saga
from modules.ordering import queries, use_cases
from modules.ordering.contracts import (
    Basket,
    Order,
    OrderMoment,
    OrderPage,
    OrderSummary,
    PlaceOrder,
    UnknownOrder,
)
from modules.ordering.domain import access
from modules.shipping.contracts import Address


class OrderingService:
    """This answers for `modules.ordering.contracts.Ordering`.

    Args:
        checkout: the saga that carries orders out, which cancelling speaks to.
    """

    def __init__(self, *, checkout: type[Saga]) -> None:
        self._checkout = checkout

    def place_order(self, request: PlaceOrder, *, idempotency_key: str) -> OrderSummary:
        access.check_placing(current_principal(), request)
        return use_cases.place_order(request, idempotency_key=idempotency_key, now=timezone.now())

    def cancel_order(self, *, order_id: str) -> None:
        self.order(order_id=order_id)
        use_cases.cancel_order(order_id=order_id, checkout=self._checkout)

    def order(self, *, order_id: str) -> Order:
        found = queries.order(order_id=order_id)
        if not access.may_see(current_principal(), found.customer_id):
            # Somebody else's order is nobody's business, nor is whether it exists.
            raise UnknownOrder(f"there is no order {order_id}", order_id=order_id)
        return found

    def timeline(self, *, order_id: str) -> tuple[OrderMoment, ...]:
        self.order(order_id=order_id)
        return queries.timeline(order_id=order_id)

    def orders(
        self, *, customer_id: str = "", status: str = "", cursor: str = "", limit: int = 50
    ) -> OrderPage:
        customer_id = access.narrowed(current_principal(), customer_id)
        return queries.orders(customer_id=customer_id, status=status, cursor=cursor, limit=limit)

    def basket(self, *, basket_id: str) -> Basket:
        return queries.find_basket(basket_id)

    def put_in_basket(self, *, basket_id: str, sku: str, quantity: int) -> Basket:
        return use_cases.put_in_basket(basket_id=basket_id, sku=sku, quantity=quantity)

    def check_out_basket(
        self, *, basket_id: str, customer_id: str, ship_to: Address, payment_token: str
    ) -> OrderSummary:
        access.check_owner(current_principal(), customer_id)
        return use_cases.check_out_basket(
            basket_id=basket_id,
            customer_id=customer_id,
            ship_to=ship_to,
            payment_token=payment_token,
            now=timezone.now(),
        )
