"""One suite that every provider passes: what the port promises, whoever is behind it."""

from collections.abc import Iterator

import pytest

from modules.payments.domain.provider import (
    Authorised,
    Captured,
    Finding,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
    Refunded,
    Refused,
)
from modules.payments.tests.banks import Bank, open_bank

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["sandbox", "stripe", "credit"])
def bank(request: pytest.FixtureRequest) -> Iterator[Bank]:
    with open_bank(request.param) as opened:
        yield opened


@pytest.fixture
def reference(bank: Bank) -> str:
    """This is the reference of 2500 that are set aside."""
    authorised = bank.provider.authorise(bank.good())
    assert isinstance(authorised, Authorised)
    return authorised.reference


@pytest.fixture
def captured(bank: Bank, reference: str) -> str:
    """This is the reference of 2500 that were taken."""
    bank.provider.capture(reference, amount_minor=2500, currency="USD", idempotency_key="capture")
    return reference


class TestAuthorise:
    def test_sets_money_aside_and_takes_none(self, bank: Bank, reference: str) -> None:
        assert reference
        assert (bank.set_aside_minor, bank.taken_minor) == (2500, 0)

    def test_repeated_has_one_effect_and_one_answer(self, bank: Bank, reference: str) -> None:
        assert bank.provider.authorise(bank.good()) == Authorised(reference=reference)
        assert bank.set_aside_minor == 2500

    def test_is_refused_for_a_declined_card_each_time(self, bank: Bank) -> None:
        for _ in range(2):
            assert isinstance(bank.provider.authorise(bank.declined()), Refused)
        assert bank.set_aside_minor == 0

    def test_works_once_the_provider_is_available_again(self, bank: Bank) -> None:
        request = bank.unavailable_twice()
        for _ in range(2):
            with pytest.raises(ProviderUnavailable):
                bank.provider.authorise(request)
        assert bank.set_aside_minor == 0
        assert isinstance(bank.provider.authorise(request), Authorised)
        assert bank.set_aside_minor == 2500


class TestFind:
    @pytest.mark.parametrize("happens", [True, False])
    def test_tells_what_became_of_an_unanswered_authorisation(
        self, bank: Bank, happens: bool
    ) -> None:
        request = bank.unanswered(happens=happens)
        with pytest.raises(ProviderTimedOut):
            bank.provider.authorise(request)
        finding = bank.provider.find(request)
        assert finding.set_aside_minor == bank.set_aside_minor == (2500 if happens else 0)

    @pytest.mark.parametrize("happens", [True, False])
    def test_names_what_can_then_be_voided(self, bank: Bank, happens: bool) -> None:
        request = bank.unanswered(happens=happens)
        with pytest.raises(ProviderTimedOut):
            bank.provider.authorise(request)
        finding = bank.provider.find(request)
        assert finding.reference or not happens
        if finding.reference:
            bank.provider.void(finding.reference, idempotency_key="settle")
        assert bank.set_aside_minor == 0

    def test_finds_an_answered_authorisation_too(self, bank: Bank, reference: str) -> None:
        assert bank.provider.find(bank.good()) == Finding(reference=reference, set_aside_minor=2500)

    def test_sets_nothing_aside_by_asking(self, bank: Bank) -> None:
        assert bank.provider.find(bank.good()).set_aside_minor == 0
        assert bank.set_aside_minor == 0


class TestCapture:
    def test_takes_what_was_set_aside_once(self, bank: Bank, reference: str) -> None:
        for _ in range(2):
            outcome = bank.provider.capture(
                reference, amount_minor=2500, currency="USD", idempotency_key="capture"
            )
            assert outcome == Captured(amount_minor=2500)
        assert (bank.set_aside_minor, bank.taken_minor) == (0, 2500)

    def test_is_refused_after_a_void(self, bank: Bank, reference: str) -> None:
        bank.provider.void(reference, idempotency_key="void")
        outcome = bank.provider.capture(
            reference, amount_minor=2500, currency="USD", idempotency_key="capture"
        )
        assert isinstance(outcome, Refused)
        assert bank.taken_minor == 0


class TestVoid:
    def test_lets_go_of_what_was_set_aside_and_may_be_repeated(
        self, bank: Bank, reference: str
    ) -> None:
        for _ in range(2):
            bank.provider.void(reference, idempotency_key="void")
        assert bank.set_aside_minor == 0

    def test_keeps_a_late_authorisation_from_holding_money(
        self, bank: Bank, reference: str
    ) -> None:
        bank.provider.void(reference, idempotency_key="void")
        bank.provider.authorise(bank.good())
        assert bank.set_aside_minor == 0

    def test_is_refused_after_a_capture(self, bank: Bank, captured: str) -> None:
        with pytest.raises(ProviderRefused, match="it can only be refunded"):
            bank.provider.void(captured, idempotency_key="void")
        assert bank.taken_minor == 2500


class TestRefund:
    def test_gives_back_once_for_each_key(self, bank: Bank, captured: str) -> None:
        for key in ("first", "first", "second"):
            outcome = bank.provider.refund(
                captured, amount_minor=700, currency="USD", idempotency_key=key
            )
            assert outcome == Refunded(amount_minor=700)
        assert bank.taken_minor == 2500 - 1400

    def test_is_refused_beyond_what_was_taken(self, bank: Bank, captured: str) -> None:
        bank.provider.refund(captured, amount_minor=2000, currency="USD", idempotency_key="first")
        outcome = bank.provider.refund(
            captured, amount_minor=501, currency="USD", idempotency_key="second"
        )
        assert isinstance(outcome, Refused)
        assert bank.taken_minor == 500
