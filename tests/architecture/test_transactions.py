"""No transaction spans two modules, whoever tries it."""

import pytest

from modules.kernel import interfaces
from modules.kernel.interfaces import AskedInTransaction
from modules.kernel.messaging import unit_of_work
from modules.kernel.messaging.unit_of_work import TransactionSpansModules
from modules.ordering.contracts import Ordering
from modules.payments.contracts import Payments, PaymentVoided


@pytest.mark.django_db
class TestTransaction:
    def test_refuses_to_span_two_modules(self) -> None:
        refusal = (
            "^payments opened a transaction inside one of ordering; "
            "a transaction belongs to one module: send a command, or read before it begins$"
        )

        with (
            unit_of_work("ordering"),
            pytest.raises(TransactionSpansModules, match=refusal),
            unit_of_work("payments"),
        ):
            pytest.fail("a second module's transaction was opened")

    def test_refuses_another_modules_event(self) -> None:
        voided = PaymentVoided(order_id="1", refunded_minor=0)

        with (
            unit_of_work("ordering") as work,
            pytest.raises(ValueError, match=r"ordering cannot publish payments\.payment_voided"),
        ):
            work.append(voided)

    def test_waits_for_no_other_module(self) -> None:
        refusal = (
            "^ordering asks payments.Payments inside its transaction, which would wait for it "
            "where that runs elsewhere: "
        )

        with unit_of_work("ordering"):
            interfaces.get(Ordering)  # Itself, which is wherever it is.
            with pytest.raises(AskedInTransaction, match=refusal):
                interfaces.get(Payments)
        interfaces.get(Payments)
