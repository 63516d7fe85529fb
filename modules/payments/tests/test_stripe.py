"""What is particular to Stripe: its errors, its stored answers, and its search that runs late."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import stripe

from modules.payments.domain.provider import (
    Authorised,
    Captured,
    Finding,
    ProviderTimedOut,
    ProviderUnavailable,
    Refunded,
    Refused,
)
from modules.payments.providers.stripe import StripeProvider
from modules.payments.tests.banks import authorisation, stripe_provider
from modules.payments.tests.stripe_books import CAUTIOUS_CARD, GOOD_CARD
from modules.payments.tests.stripe_stand_in import Fault, StripeStandIn

GOOD = authorisation(GOOD_CARD)


@pytest.fixture
def stand_in() -> Iterator[StripeStandIn]:
    with StripeStandIn() as running:
        yield running


@pytest.fixture
def provider(stand_in: StripeStandIn) -> Iterator[StripeProvider]:
    made = stripe_provider(stand_in)
    yield made
    made.close()


@pytest.fixture
def reference(provider: StripeProvider) -> str:
    authorised = provider.authorise(GOOD)
    assert isinstance(authorised, Authorised)
    return authorised.reference


class TestAuthorise:
    def test_is_refused_where_the_holder_would_have_to_confirm(
        self, stand_in: StripeStandIn, provider: StripeProvider
    ) -> None:
        assert isinstance(provider.authorise(authorisation(CAUTIOUS_CARD)), Refused)
        assert stand_in.books.intents["pi_1"]["status"] == "canceled"

    def test_is_refused_for_an_unknown_card(self, provider: StripeProvider) -> None:
        assert provider.authorise(authorisation("pm_nobodys")) == Refused(
            detail="No such PaymentMethod: 'pm_nobodys'"
        )

    @pytest.mark.parametrize(
        "what", [{"currency": "ZZZ"}, {"currency": "KWD", "amount_minor": 2501}]
    )
    def test_is_refused_for_what_stripe_never_takes_and_leaves_nothing_in_doubt(
        self, provider: StripeProvider, what: dict[str, Any]
    ) -> None:
        asked = replace(GOOD, **what)
        assert isinstance(provider.authorise(asked), Refused)
        assert provider.find(asked) == Finding()

    @pytest.mark.parametrize("call", ["/payment_intents", "/confirm"])
    @pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.HUNG_UP, Fault.LOST])
    def test_is_in_doubt_where_no_answer_tells_what_happened(
        self, stand_in: StripeStandIn, provider: StripeProvider, call: str, fault: Fault
    ) -> None:
        stand_in.fail(call, fault)
        with pytest.raises(ProviderTimedOut):
            provider.authorise(GOOD)

    def test_is_repeated_where_the_same_key_is_still_worked_on(
        self, stand_in: StripeStandIn, provider: StripeProvider
    ) -> None:
        stand_in.fail("/confirm", Fault.KEY_IN_USE)
        with pytest.raises(ProviderUnavailable):
            provider.authorise(GOOD)

    def test_is_repeated_where_stripe_cannot_be_reached(self) -> None:
        with StripeStandIn() as gone:
            provider = stripe_provider(gone)
        with pytest.raises(ProviderUnavailable):
            provider.authorise(GOOD)
        provider.close()

    def test_fails_loudly_with_a_wrong_key(self, stand_in: StripeStandIn) -> None:
        provider = StripeProvider(api_key="sk_wrong", api_base=stand_in.url)
        with pytest.raises(stripe.AuthenticationError):
            provider.authorise(GOOD)
        provider.close()

    def test_is_told_as_it_stands_once_stripe_has_forgotten_the_key(
        self, stand_in: StripeStandIn, provider: StripeProvider
    ) -> None:
        stand_in.fail("/confirm", Fault.DONE_BUT_UNANSWERED)
        with pytest.raises(ProviderTimedOut):
            provider.authorise(GOOD)
        del stand_in.answers[f"{GOOD.idempotency_key}:confirm"]
        assert provider.authorise(GOOD) == Authorised(reference="pi_1")
        assert stand_in.books.set_aside_minor == 2500


class TestFind:
    def test_asks_by_search_once_that_has_caught_up(
        self, stand_in: StripeStandIn, provider: StripeProvider, reference: str
    ) -> None:
        stand_in.books.is_indexed = True
        stand_in.answers.clear()  # Stripe forgets its answers after a day.
        assert provider.find(GOOD) == Finding(reference=reference, set_aside_minor=2500)
        assert len(stand_in.books.intents) == 1

    def test_names_what_to_cancel_lest_a_lost_confirmation_arrives_late(
        self, stand_in: StripeStandIn, provider: StripeProvider
    ) -> None:
        stand_in.fail("/confirm", Fault.LOST)
        with pytest.raises(ProviderTimedOut):
            provider.authorise(GOOD)
        provider.void(provider.find(GOOD).reference, idempotency_key="settle")
        assert provider.authorise(GOOD) == Refused(detail="the authorisation is canceled")
        assert stand_in.books.set_aside_minor == 0

    def test_finds_nothing_where_the_intent_could_not_even_be_made(
        self, stand_in: StripeStandIn, provider: StripeProvider
    ) -> None:
        stand_in.fail("/payment_intents", Fault.SERVER_ERROR)
        with pytest.raises(ProviderTimedOut):
            provider.authorise(GOOD)
        assert provider.find(GOOD) == Finding()

    def test_is_repeated_where_asking_is_not_answered_either(
        self, stand_in: StripeStandIn, provider: StripeProvider
    ) -> None:
        stand_in.fail("/search", Fault.LOST)
        with pytest.raises(ProviderUnavailable):
            provider.find(GOOD)


class TestCapture:
    @pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.DONE_BUT_UNANSWERED])
    def test_takes_the_money_once_though_the_answer_was_lost(
        self, stand_in: StripeStandIn, provider: StripeProvider, reference: str, fault: Fault
    ) -> None:
        stand_in.fail("/capture", fault)
        with pytest.raises(ProviderUnavailable):
            provider.capture(
                reference, amount_minor=2500, currency="USD", idempotency_key="capture"
            )
        outcome = provider.capture(
            reference, amount_minor=2500, currency="USD", idempotency_key="capture"
        )
        assert outcome == Captured(amount_minor=2500)
        assert stand_in.books.taken_minor == 2500


class TestRefund:
    def test_gives_back_once_even_after_stripe_has_forgotten_the_key(
        self, stand_in: StripeStandIn, provider: StripeProvider, reference: str
    ) -> None:
        provider.capture(reference, amount_minor=2500, currency="USD", idempotency_key="capture")
        for _ in range(2):
            outcome = provider.refund(
                reference, amount_minor=700, currency="USD", idempotency_key="refund"
            )
            assert outcome == Refunded(amount_minor=700)
            stand_in.answers.clear()
        assert stand_in.books.taken_minor == 1800


class TestCurrenciesThatStripeCountsInHundredths:
    @pytest.mark.parametrize("currency", ["ISK", "UGX"])
    def test_are_told_to_it_and_from_it_as_it_counts(
        self, stand_in: StripeStandIn, provider: StripeProvider, currency: str
    ) -> None:
        asked = replace(GOOD, currency=currency, amount_minor=5000)
        authorised = provider.authorise(asked)
        assert isinstance(authorised, Authorised)
        reference = authorised.reference
        assert stand_in.books.intents[reference]["amount"] == 500_000
        assert provider.find(asked) == Finding(reference=reference, set_aside_minor=5000)
        captured = provider.capture(
            reference, amount_minor=5000, currency=currency, idempotency_key="capture"
        )
        assert captured == Captured(amount_minor=5000)
        refunded = provider.refund(
            reference, amount_minor=700, currency=currency, idempotency_key="refund"
        )
        assert refunded == Refunded(amount_minor=700)
        assert stand_in.books.taken_minor == 430_000


class TestConnections:
    def test_are_used_again(
        self, stand_in: StripeStandIn, provider: StripeProvider, reference: str
    ) -> None:
        provider.void(reference, idempotency_key="void")
        assert stand_in.seen.total() == 3
        assert len(stand_in.connections) == 1
