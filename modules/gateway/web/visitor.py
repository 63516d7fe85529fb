"""Who is shopping: a customer id and a basket id, kept in the session.

Both are random, because whoever knows one may see what it stands for. A session begins
with the first thing put in the basket, not with the first page: a crawler leaves no rows.
"""

import uuid
from dataclasses import dataclass

from django.http import HttpRequest

from modules.kernel import interfaces
from modules.kernel.http.authentication import SUBJECT_IN_SESSION
from modules.kernel.http.principals import principal_of
from modules.ordering.contracts import Basket, Ordering

_BASKET = "shop_basket_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """This is a customer of the shop; an empty id stands for one not given yet."""

    customer_id: str = ""
    basket_id: str = ""


def visitor(request: HttpRequest) -> Visitor:
    """This gives who is shopping as far as the session knows."""
    return Visitor(
        customer_id=principal_of(request).subject, basket_id=request.session.get(_BASKET, "")
    )


def welcome(request: HttpRequest) -> Visitor:
    """This gives who is shopping, with a new customer and basket where there is none yet."""
    for name in (SUBJECT_IN_SESSION, _BASKET):
        if name not in request.session:
            request.session[name] = str(uuid.uuid4())
    return visitor(request)


def leave_basket(request: HttpRequest, basket_id: str) -> None:
    """This lets the visitor's next choice begin a new basket, once this one is ordered.

    An old checkout form, sent again later, then still names the old one, which is empty.
    """
    if request.session.get(_BASKET) == basket_id:
        del request.session[_BASKET]


def basket_of(request: HttpRequest) -> Basket | None:
    """This gives the visitor's basket, or None before there is one."""
    basket_id = visitor(request).basket_id
    return interfaces.get(Ordering).basket(basket_id=basket_id) if basket_id else None
