"""How far an order is, in a customer's words: five steps, a headline, and what went wrong.

Pure: made from ordering's published `Order` alone.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from modules.kernel.pages.fingerprint import fingerprint_of
from modules.ordering.contracts import Order


class StepState(StrEnum):
    """This is where a step stands."""

    DONE = "done"
    CURRENT = "current"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    title: str
    state: StepState


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """This is what the order's page shows of it.

    Attributes:
        final: nothing will change any more; the page stops asking.
        returnable: the customer has the goods, or is about to, and may send them back.
        advice: what a customer can do about a failure; else empty.
        money: what became of the customer's money, where the order was undone.
        fingerprint: differs whenever the page would look different.
    """

    steps: tuple[Step, ...]
    headline: str
    explanation: str
    final: bool
    cancellable: bool
    returnable: bool = False
    advice: str = ""
    money: str = ""
    fingerprint: str = ""


_STEPS = ("Placed", "Paid", "Reserved", "Shipped", "Fulfilled")

#: Failure code → the step it happened in, what it means, what can be done.
_FAILURES = {
    "payment-declined": (
        1,
        "Your bank declined the payment.",
        "Try another card, or ask your bank why.",
    ),
    "payment-timed-out": (
        1,
        "The payment provider did not answer in time.",
        "Nothing is wrong with your card as far as we know: order again in a few minutes.",
    ),
    "unknown-product": (
        0,
        "A product in your order is not sold any more.",
        "Have a look at what else there is.",
    ),
    "out-of-stock": (
        2,
        "Somebody else was faster: there is not enough left of a product you chose.",
        "Order fewer pieces, or come back when it is in stock again.",
    ),
    "undeliverable-address": (
        3,
        "No carrier delivers to the address you gave.",
        "Check the postal code, or send it to another address.",
    ),
}
_UNDERWAY = (
    ("Checking your order", "We are looking up today's prices."),
    ("Checking your payment", "We are asking your bank to set the amount aside."),
    ("Setting your goods aside", "The warehouse is reserving every line of your order."),
    ("Getting it ready", "A carrier is booked and the warehouse is picking your goods."),
    ("Handing it over", "Everything is paid and packed; the carrier is taking it."),
)


def progress_of(order: Order) -> Progress:
    """This says how far the order is."""
    if order.status == "fulfilled":
        shown = _coming_back(order) if _is_back(order) else _fulfilled()
    elif order.status == "returned":
        shown = _returned(order)
    elif order.status == "failed":
        shown = _failed(order)
    elif order.status == "cancelled":
        shown = _cancelled(order)
    else:
        shown = _underway(order)
    return replace(shown, fingerprint=fingerprint_of(shown, order.shipment, order.payment))


def _done(order: Order) -> int:
    """This counts the steps that are done, as far as ordering has heard."""
    if order.status == "fulfilled":
        return 5
    if order.shipment is not None:
        return 4 if order.shipment.status in {"dispatched", "delivered"} else 3
    if order.status == "confirmed":
        return 3
    return 2 if order.payment.status in {"authorised", "captured"} else 1


def _steps(done: int, at: StepState) -> tuple[Step, ...]:
    states = [StepState.DONE] * done + [at] + [StepState.WAITING] * len(_STEPS)
    return tuple(
        Step(title=title, state=state) for title, state in zip(_STEPS, states, strict=False)
    )


def _underway(order: Order) -> Progress:
    done = _done(order)
    headline, explanation = _UNDERWAY[done]
    return Progress(
        steps=_steps(done, StepState.CURRENT),
        headline=headline,
        explanation=explanation,
        final=False,
        cancellable=order.status == "pending",
    )


def _fulfilled() -> Progress:
    return Progress(
        steps=_steps(5, StepState.DONE),
        headline="Your order is on its way",
        explanation="It is paid and has left our warehouse.",
        final=True,
        cancellable=False,
        returnable=True,
    )


def _is_back(order: Order) -> bool:
    return order.shipment is not None and order.shipment.status == "returned"


def _coming_back(order: Order) -> Progress:
    refused = order.payment.status == "refund_due"
    return Progress(
        steps=_steps(5, StepState.DONE),
        headline="We have your goods back",
        explanation=(
            "Your bank did not take the refund; we will be in touch about another way."
            if refused
            else "We are putting them on the shelf and refunding your money."
        ),
        final=refused,
        cancellable=False,
    )


def _returned(order: Order) -> Progress:
    return Progress(
        steps=_steps(5, StepState.DONE),
        headline="You have sent your order back",
        explanation="The goods are in our warehouse again.",
        final=True,
        cancellable=False,
        money=_money(order),
    )


def _failed(order: Order) -> Progress:
    code = order.failure.code if order.failure else ""
    detail = order.failure.detail if order.failure else ""
    step, meaning, advice = _FAILURES.get(
        code, (_done(order), detail or "Something went wrong.", "")
    )
    return Progress(
        steps=_steps(step, StepState.FAILED),
        headline="We could not complete your order",
        explanation=meaning,
        final=True,
        cancellable=False,
        advice=advice,
        money=_money(order),
    )


def _cancelled(order: Order) -> Progress:
    return Progress(
        steps=_steps(1, StepState.FAILED),
        headline="Your order is cancelled",
        explanation="You asked us to cancel it, and everything has been undone.",
        final=True,
        cancellable=False,
        money=_money(order),
    )


def _money(order: Order) -> str:
    if order.payment.refunded_minor:
        return "What you had paid has been refunded in full."
    return "You have not been charged."
