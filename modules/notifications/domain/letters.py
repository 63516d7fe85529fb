"""What is written to whom."""

import re
from enum import StrEnum

from modules.notifications.domain.amounts import formatted
from modules.ordering.contracts import Order


class Kind(StrEnum):
    """This is the occasion of a mail; an order has at most one mail for each."""

    CONFIRMED = "confirmed"
    FULFILLED = "fulfilled"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RETURNED = "returned"


_SUBJECTS = {
    Kind.CONFIRMED: "Thank you: your order is confirmed",
    Kind.FULFILLED: "Your order is on its way",
    Kind.FAILED: "We are sorry: your order could not be completed",
    Kind.CANCELLED: "Your order is cancelled",
    Kind.RETURNED: "We have your goods back",
}

_REASONS = {
    "payment-declined": "Your card was declined.",
    "payment-timed-out": "Your bank did not answer us in time.",
    "out-of-stock": "Something you chose was sold out before we could set it aside for you.",
    "unknown-product": "Something you chose is not in our range any more.",
    "undeliverable-address": "No carrier delivers to the address you gave us.",
}

_NOT_IN_AN_ADDRESS = re.compile(r"[^a-z0-9._+-]")


def subject_of(kind: Kind) -> str:
    """This gives the subject line."""
    return _SUBJECTS[kind]


def address_of(customer_id: str) -> str:
    """This gives the address of a customer: the id in lower case ``@customers.example``.

    Customers have no profile yet, so there is nobody to ask for a better one. What may not
    stand in an address becomes a hyphen.
    """
    return f"{_NOT_IN_AN_ADDRESS.sub('-', customer_id.lower())}@customers.example"


def message_id(*, order_id: str, kind: Kind, domain: str) -> str:
    """This gives the mail's Message-ID: the same on every attempt.

    Source: RFC 5322, section 3.6.4.
    """
    return f"<{order_id}.{kind}@{domain}>"


def reason_for(order: Order) -> str:
    """This says why the order failed, in a sentence for the customer."""
    code = order.failure.code if order.failure else ""
    return _REASONS.get(code, "Something went wrong on our side.")


def money_returned(order: Order) -> str:
    """This says what became of the customer's money once the order has been undone."""
    payment = order.payment
    if not payment.captured_minor:
        return "You have not been charged."
    return f"We have returned {formatted(payment.refunded_minor, order.currency)} to your card."
