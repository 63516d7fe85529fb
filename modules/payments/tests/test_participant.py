"""Payments as a participant of sagas."""

import pytest

from modules.kernel.sagas.testing import ParticipantSuite
from modules.payments.contracts import (
    AuthorisePayment,
    PaymentAuthorised,
    PaymentDeclined,
    PaymentVoided,
    VoidPayment,
)
from modules.payments.models import SandboxAuthorisation

pytestmark = pytest.mark.django_db(transaction=True)


class TestAuthorising(ParticipantSuite):
    asking = "ordering"
    done, refused = PaymentAuthorised, PaymentDeclined
    undo, undone = VoidPayment, PaymentVoided

    def command(self, instance_id: str) -> AuthorisePayment:
        return AuthorisePayment(
            order_id=instance_id, amount_minor=1800, currency="USD", payment_token="tok_ok"
        )

    def standing(self, instance_id: str) -> int:
        return SandboxAuthorisation.objects.filter(standing="held").count()
