"""A bank in memory that does what its mood says: works, refuses, is away, or does not answer."""

from enum import Enum, auto

from modules.payments.domain.provider import (
    Authorisation,
    Authorised,
    Captured,
    Finding,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
    Refunded,
    Refused,
)


class Mood(Enum):
    """This is how the next call fares; only an authorisation can go unanswered."""

    WORKS = auto()
    REFUSES = auto()
    AWAY = auto()
    DONE_BUT_AWAY = auto()
    UNANSWERED = auto()
    DONE_BUT_UNANSWERED = auto()


class MoodyBank:
    """This is a `PaymentProvider` with one account, whose books can be read off its attributes."""

    def __init__(self) -> None:
        self.mood = Mood.WORKS
        self.held_minor = 0
        self.taken_minor = 0
        self.captures = 0
        self.answers: dict[str, Authorised | Refused] = {}
        self.refunds: dict[str, int] = {}
        self.is_voided = False

    @property
    def given_back_minor(self) -> int:
        return sum(self.refunds.values())

    def authorise(self, request: Authorisation) -> Authorised | Refused:
        self._be_away()
        if self.mood is Mood.UNANSWERED and request.idempotency_key not in self.answers:
            raise ProviderTimedOut
        if request.idempotency_key not in self.answers:
            if self.mood is Mood.REFUSES:
                self.answers[request.idempotency_key] = Refused(detail="declined")
            else:
                self.held_minor += request.amount_minor
                self.answers[request.idempotency_key] = Authorised(reference="held")
        self._be_away(done=True)
        if self.mood in {Mood.UNANSWERED, Mood.DONE_BUT_UNANSWERED}:
            raise ProviderTimedOut
        return self.answers[request.idempotency_key]

    def find(self, request: Authorisation) -> Finding:
        self._be_away()
        if isinstance(self.answers.get(request.idempotency_key), Authorised):
            return Finding(reference="held", set_aside_minor=self.held_minor)
        return Finding()

    def capture(
        self, reference: str, *, amount_minor: int, currency: str, idempotency_key: str
    ) -> Captured | Refused:
        self._be_away()
        if self.is_voided or (self.mood is Mood.REFUSES and not self.captures):
            return Refused(detail="expired")
        if not self.captures:
            self.captures, self.taken_minor, self.held_minor = 1, self.held_minor, 0
        self._be_away(done=True)
        return Captured(amount_minor=self.taken_minor)

    def void(self, reference: str, *, idempotency_key: str) -> None:
        self._be_away()
        if self.captures:
            raise ProviderRefused
        self.held_minor, self.is_voided = 0, True
        self._be_away(done=True)

    def refund(
        self, reference: str, *, amount_minor: int, currency: str, idempotency_key: str
    ) -> Refunded | Refused:
        self._be_away()
        if idempotency_key not in self.refunds:
            too_much = self.given_back_minor + amount_minor > self.taken_minor
            if too_much or self.mood is Mood.REFUSES:
                return Refused(detail="the card is closed")
            self.refunds[idempotency_key] = amount_minor
        self._be_away(done=True)
        return Refunded(amount_minor=self.refunds[idempotency_key])

    def _be_away(self, *, done: bool = False) -> None:
        if self.mood is (Mood.DONE_BUT_AWAY if done else Mood.AWAY):
            raise ProviderUnavailable
