"""Whose orders somebody may see and place: a customer their own, the house everybody's.

Where nobody outside has asked, as in the handler of a message, the work is the system's own.
"""

from modules.kernel.contracts import Forbidden, Principal
from modules.ordering.contracts import PlaceOrder

#: The scope that allows prices which are agreed and not the catalogue's.
AGREED_PRICES = "orders:import"


class NotYourOrder(Forbidden):
    """This says that orders of another customer were asked for, or one in their name."""

    code = "not-your-order"


class PricesNotAgreed(Forbidden):
    """This says that a line has a price or a discount of its own, and nobody has agreed to it."""

    code = "prices-not-agreed"


def may_see(principal: Principal | None, customer_id: str) -> bool:
    """This is true if somebody may see what belongs to a customer."""
    return principal is None or principal.acts_for(customer_id)


def check_owner(principal: Principal | None, customer_id: str) -> None:
    """This refuses what is asked in another customer's name. Raises: NotYourOrder."""
    if not may_see(principal, customer_id):
        raise NotYourOrder("orders are placed, and listed, in one's own name only")


def narrowed(principal: Principal | None, customer_id: str) -> str:
    """This gives whose orders are listed: who may see only their own and names nobody, gets those.

    Raises:
        NotYourOrder: somebody else's were asked for.
    """
    if principal is None or principal.is_of_the_house:
        return customer_id
    check_owner(principal, customer_id or principal.subject)
    return principal.subject


def check_placing(principal: Principal | None, request: PlaceOrder) -> None:
    """This refuses an order in another's name, or at prices that nobody has agreed to.

    Raises:
        NotYourOrder, PricesNotAgreed
    """
    check_owner(principal, request.customer_id)
    if principal is None or principal.has(AGREED_PRICES):
        return
    for number, line in enumerate(request.lines, start=1):
        if line.unit_price_minor is not None or line.discount_percent:
            raise PricesNotAgreed(
                f"line {number} has a price or a discount of its own, which needs a token with the "
                f"scope {AGREED_PRICES}; leave both out to order at the catalogue's price"
            )
