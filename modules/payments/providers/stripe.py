"""Stripe behind the port, through its official library: PaymentIntents, captured by hand.

An authorisation is two calls. The first makes an intent, which holds no money; the second
confirms it. That way there is always something to ask about and to cancel: after an
unanswered confirmation `find` gets the intent back, and once it is cancelled a confirmation
that was still on its way can set nothing aside any more.

What Stripe itself does once by the intent's state (capture, cancel) is sent under no key
of ours: under a key it would repeat a stored answer, even a stored 500, for a day.

Source: Stripe API, "Idempotent requests", "PaymentIntents", "Search".
"""

from collections.abc import Iterator
from contextlib import contextmanager

import requests
import stripe
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from modules.payments.domain.provider import (
    Authorisation,
    Authorised,
    Captured,
    Finding,
    ProviderError,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
    Refunded,
    Refused,
)

#: The name under which our idempotency key is written on what we make at Stripe.
KEY = "quarry_key"

#: Refusals of a request that are about the card or the amount: a "no" to the customer.
_ABOUT_THE_PAYMENT = {"amount_too_small", "amount_too_large", "payment_method_unactivated"}
_ABOUT_THE_REFUND = {"charge_already_refunded", "amount_too_large"}
#: Fields of an intent that come from the order: what Stripe does not take in them it never will.
_OF_THE_ORDER = {"payment_method", "currency", "amount"}

#: Stripe counts them in hundredths, as it did before they had none.
#: Source: Stripe documentation, "Supported currencies", special cases.
_IN_HUNDREDTHS = {"ISK", "UGX"}


class StripeProvider:
    """This moves money through Stripe.

    Args:
        api_key: secret key of the account.
        api_base: URL of the API, without a path.
        connect_seconds, read_seconds: how long a connection and an answer are waited for.
        pool_size: how many connections are kept open, for all threads together.
    """

    def __init__(
        self,
        *,
        api_key: str,
        api_base: str = "https://api.stripe.com",
        connect_seconds: float = 3.0,
        read_seconds: float = 20.0,
        pool_size: int = 16,
    ) -> None:
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=pool_size, pool_block=True))
        client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_base},
            # Repeating is the bus' business: it waits without holding a thread, and is seen.
            max_network_retries=0,
            http_client=stripe.RequestsClient(
                timeout=(connect_seconds, read_seconds), session=self._session
            ),
        )
        self._intents = client.v1.payment_intents
        self._refunds = client.v1.refunds

    def close(self) -> None:
        """This closes the connections."""
        self._session.close()

    def authorise(self, request: Authorisation) -> Authorised | Refused:
        with _unanswered_means(ProviderTimedOut):
            try:
                intent = self._confirm(self._make_intent(request).id, request)
            except stripe.CardError as error:
                return Refused(detail=error.user_message or "the card was declined")
            except stripe.InvalidRequestError as error:
                if error.code in _ABOUT_THE_PAYMENT or error.param in _OF_THE_ORDER:
                    return Refused(detail=error.user_message or "the card was declined")
                raise
        if intent.status == "requires_capture":
            return Authorised(reference=intent.id)
        self.void(intent.id, idempotency_key=request.idempotency_key)
        return Refused(detail=f"the authorisation is {intent.status}")

    def find(self, request: Authorisation) -> Finding:
        with _unanswered_means(ProviderUnavailable):
            found = self._intents.search(
                {"query": f'metadata["{KEY}"]:"{request.idempotency_key}"', "limit": 1}
            )
            if found.data:
                intent = self._intents.retrieve(found.data[0].id)
                return _found(intent, request.currency)
        # Search runs up to a minute late. Making the intent again under its key gives the
        # one that was made then, or else a new one, which holds nothing and is cancelled next.
        try:
            with _unanswered_means(ProviderUnavailable):
                made = self._make_intent(request)
                intent = self._intents.retrieve(made.id)
        except ProviderUnavailable as error:
            if _is_replayed(error.__cause__):
                # The first making of the intent failed, so nothing was ever confirmed.
                return Finding()
            raise
        except stripe.InvalidRequestError as error:
            if error.param in _OF_THE_ORDER:
                return Finding()
            raise
        return _found(intent, request.currency)

    def capture(
        self, reference: str, *, amount_minor: int, currency: str, idempotency_key: str
    ) -> Captured | Refused:
        with _unanswered_means(ProviderUnavailable):
            try:
                intent = self._intents.capture(
                    reference, {"amount_to_capture": _at_stripe(amount_minor, currency)}
                )
            except stripe.CardError as error:
                return Refused(detail=error.user_message or "the card was declined")
            except stripe.InvalidRequestError as error:
                intent = self._present_state(reference, error)
        if intent.status == "succeeded":
            return Captured(amount_minor=_from_stripe(intent.amount_received, currency))
        return Refused(detail=f"the authorisation is {intent.status}")

    def void(self, reference: str, *, idempotency_key: str) -> None:
        with _unanswered_means(ProviderUnavailable):
            try:
                intent = self._intents.cancel(reference)
            except stripe.InvalidRequestError as error:
                intent = self._present_state(reference, error)
        if intent.status != "canceled":
            raise ProviderRefused(f"{reference} is {intent.status}: it can only be refunded")

    def refund(
        self, reference: str, *, amount_minor: int, currency: str, idempotency_key: str
    ) -> Refunded | Refused:
        with _unanswered_means(ProviderUnavailable):
            try:
                refund = self._refund_of(reference, idempotency_key) or self._refunds.create(
                    {
                        "payment_intent": reference,
                        "amount": _at_stripe(amount_minor, currency),
                        "metadata": {KEY: idempotency_key},
                    },
                    {"idempotency_key": idempotency_key},
                )
            except stripe.InvalidRequestError as error:
                if error.code in _ABOUT_THE_REFUND or error.param == "amount":
                    return Refused(detail=error.user_message or "the refund was refused")
                raise
        if refund.status in {"failed", "canceled"}:
            return Refused(detail=f"the refund has {refund.status}")
        return Refunded(amount_minor=_from_stripe(refund.amount, currency))

    def _make_intent(self, request: Authorisation) -> stripe.PaymentIntent:
        return self._intents.create(
            {
                "amount": _at_stripe(request.amount_minor, request.currency),
                "currency": request.currency.lower(),
                "payment_method": request.payment_token,
                "allowed_payment_method_types": ["card"],
                "capture_method": "manual",
                "metadata": {KEY: request.idempotency_key},
            },
            {"idempotency_key": f"{request.idempotency_key}:create"},
        )

    def _confirm(self, intent_id: str, request: Authorisation) -> stripe.PaymentIntent:
        try:
            return self._intents.confirm(
                intent_id, options={"idempotency_key": f"{request.idempotency_key}:confirm"}
            )
        except stripe.InvalidRequestError as error:
            return self._present_state(intent_id, error)

    def _present_state(
        self, reference: str, error: stripe.InvalidRequestError
    ) -> stripe.PaymentIntent:
        # Done already, or impossible now: its state tells which. Anything else is a defect.
        if error.code != "payment_intent_unexpected_state":
            raise error
        return self._intents.retrieve(reference)

    def _refund_of(self, reference: str, idempotency_key: str) -> stripe.Refund | None:
        # Stripe forgets keys after a day; an operator may retry a parked refund later.
        refunds = self._refunds.list({"payment_intent": reference, "limit": 100})
        return next(
            (
                refund
                for refund in refunds.auto_paging_iter()
                if refund.metadata and refund.metadata.to_dict().get(KEY) == idempotency_key
            ),
            None,
        )


def _at_stripe(amount_minor: int, currency: str) -> int:
    return amount_minor * 100 if currency in _IN_HUNDREDTHS else amount_minor


def _from_stripe(amount: int, currency: str) -> int:
    return amount // 100 if currency in _IN_HUNDREDTHS else amount


def _found(intent: stripe.PaymentIntent, currency: str) -> Finding:
    held_minor = _from_stripe(intent.amount_capturable, currency)
    return Finding(reference=intent.id, set_aside_minor=held_minor)


@contextmanager
def _unanswered_means(kind: type[ProviderError]) -> Iterator[None]:
    """This raises `kind` where it is not known what Stripe did, and unavailable where nothing."""
    try:
        yield
    except stripe.APIConnectionError as error:
        raise (ProviderUnavailable if _was_never_sent(error) else kind)(str(error)) from error
    except stripe.RateLimitError as error:
        raise ProviderUnavailable(str(error)) from error
    except stripe.APIError as error:
        # 409: the same key is being worked on by a call of ours that we have given up.
        is_busy = error.http_status == 409
        raise (ProviderUnavailable if is_busy else kind)(str(error)) from error


def _was_never_sent(error: stripe.APIConnectionError) -> bool:
    cause = error.__cause__
    if isinstance(cause, requests.ConnectionError) and cause.args:
        reason = getattr(cause.args[0], "reason", None)
        return isinstance(reason, (NewConnectionError, ConnectTimeoutError))
    return False


def _is_replayed(error: BaseException | None) -> bool:
    return isinstance(error, stripe.StripeError) and (
        (error.headers or {}).get("idempotent-replayed") == "true"
    )
