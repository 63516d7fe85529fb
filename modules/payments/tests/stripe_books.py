"""What Stripe keeps and decides, as far as payments needs it: PaymentIntents and refunds.

Behind `stripe_stand_in`, which speaks HTTP. Raises `Refusal` with Stripe's own error types
and codes; `tests/test_stripe.py` sees what the adapter makes of them.
"""

from dataclasses import dataclass, field
from typing import Any

GOOD_CARD = "pm_card_visa"
DECLINED_CARD = "pm_card_chargeDeclined"
CAUTIOUS_CARD = "pm_card_authenticationRequired"
CURRENCIES = {"usd", "kwd", "isk", "ugx"}
CARDS = {GOOD_CARD, DECLINED_CARD, CAUTIOUS_CARD}

Form = dict[str, str]
Body = dict[str, Any]


class Refusal(Exception):
    """This is an error as Stripe words it."""

    def __init__(self, status: int, **error: Any) -> None:
        super().__init__(error)
        self.status = status
        self.body: Body = {"error": error}


@dataclass
class StripeBooks:
    """This is one Stripe account.

    Attributes:
        is_indexed: whether search has caught up with what was made.
    """

    intents: dict[str, Body] = field(default_factory=dict)
    refunds: dict[str, Body] = field(default_factory=dict)
    is_indexed: bool = False

    @property
    def set_aside_minor(self) -> int:
        return sum(int(intent["amount_capturable"]) for intent in self.intents.values())

    @property
    def taken_minor(self) -> int:
        received = sum(int(intent["amount_received"]) for intent in self.intents.values())
        return received - sum(int(refund["amount"]) for refund in self.refunds.values())

    def make_intent(self, form: Form) -> Body:
        if form["payment_method"] not in CARDS:
            raise Refusal(
                400,
                type="invalid_request_error",
                code="resource_missing",
                param="payment_method",
                message=f"No such PaymentMethod: '{form['payment_method']}'",
            )
        if form["currency"] not in CURRENCIES:
            raise Refusal(
                400,
                type="invalid_request_error",
                param="currency",
                message=f"Invalid currency: {form['currency']}",
            )
        if form["currency"] == "kwd" and int(form["amount"]) % 10:
            raise Refusal(
                400,
                type="invalid_request_error",
                param="amount",
                message="Amounts of three decimals must end in 0",
            )
        if int(form["amount"]) < 50:
            raise Refusal(
                400,
                type="invalid_request_error",
                code="amount_too_small",
                param="amount",
                message="Amount must be at least $0.50 usd",
            )
        intent = {
            "id": f"pi_{len(self.intents) + 1}",
            "object": "payment_intent",
            "status": "requires_confirmation",
            "amount": int(form["amount"]),
            "amount_capturable": 0,
            "amount_received": 0,
            "currency": form["currency"],
            "capture_method": form["capture_method"],
            "payment_method": form["payment_method"],
            "metadata": metadata_of(form),
        }
        self.intents[str(intent["id"])] = intent
        return intent

    def confirm(self, intent_id: str) -> Body:
        intent = self._in(intent_id, "requires_confirmation")
        if intent["payment_method"] == DECLINED_CARD:
            intent["status"] = "requires_payment_method"
            raise Refusal(
                402, type="card_error", code="card_declined", message="Your card was declined."
            )
        if intent["payment_method"] == CAUTIOUS_CARD:
            intent["status"] = "requires_action"
            return intent
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        return intent

    def capture(self, intent_id: str, form: Form) -> Body:
        intent = self._in(intent_id, "requires_capture")
        intent |= {
            "status": "succeeded",
            "amount_capturable": 0,
            "amount_received": int(form["amount_to_capture"]),
        }
        return intent

    def cancel(self, intent_id: str) -> Body:
        intent = self._in(
            intent_id,
            "requires_confirmation",
            "requires_payment_method",
            "requires_action",
            "requires_capture",
        )
        intent |= {"status": "canceled", "amount_capturable": 0}
        return intent

    def search(self, query: str) -> Body:
        found = [
            intent
            for intent in self.intents.values()
            for name, value in intent["metadata"].items()
            if self.is_indexed and query == f'metadata["{name}"]:"{value}"'
        ]
        return {"object": "search_result", "data": found, "has_more": False}

    def refund(self, form: Form) -> Body:
        intent = self._in(form["payment_intent"], "succeeded")
        refunded = sum(refund["amount"] for refund in self._refunds_of(intent["id"]))
        left, amount = intent["amount_received"] - refunded, int(form["amount"])
        if amount > left:
            raise Refusal(
                400,
                type="invalid_request_error",
                code="charge_already_refunded" if not left else None,
                param="amount",
                message=f"Refund amount ({amount}) is greater than what is left ({left})",
            )
        refund = {
            "id": f"re_{len(self.refunds) + 1}",
            "object": "refund",
            "status": "succeeded",
            "amount": amount,
            "payment_intent": intent["id"],
            "metadata": metadata_of(form),
        }
        self.refunds[str(refund["id"])] = refund
        return refund

    def list_refunds(self, intent_id: str) -> Body:
        return {
            "object": "list",
            "url": "/v1/refunds",
            "has_more": False,
            "data": self._refunds_of(intent_id),
        }

    def _refunds_of(self, intent_id: str) -> list[Body]:
        return [refund for refund in self.refunds.values() if refund["payment_intent"] == intent_id]

    def _in(self, intent_id: str, *statuses: str) -> Body:
        intent = self.intents[intent_id]
        if intent["status"] not in statuses:
            raise Refusal(
                400,
                type="invalid_request_error",
                code="payment_intent_unexpected_state",
                message=f"This PaymentIntent has a status of {intent['status']}",
            )
        return intent


def metadata_of(form: Form) -> Form:
    """This gives the metadata of a form, ``metadata[name]=value``."""
    return {
        name[len("metadata[") : -1]: value
        for name, value in form.items()
        if name.startswith("metadata[")
    }
