"""The tables of payments: its own books, and those that the sandbox keeps as an outsider.

`Payment` and `Refund` are the rows behind the aggregate of `domain`; use cases lock a row,
have the aggregate decide, and save it. The `Sandbox…` tables stand for a bank: nothing but
`providers.sandbox` touches them, and they are never joined with the others. Customers'
accounts have no table: they are streams of the log.
"""

from __future__ import annotations

from dataclasses import asdict

from django.db import models
from django.db.models.functions import Now

from modules.kernel.eventstore import EventStore, StreamKind
from modules.payments import domain
from modules.payments.contracts import account_events
from modules.payments.domain.account import Account
from modules.payments.domain.steps import State


class Payment(models.Model):
    """This is the payment for one order as payments knows it.

    Attributes:
        customer_id: who may see it beside the house; empty where nobody has said.
    """

    order_id = models.CharField(max_length=64, unique=True)
    customer_id = models.CharField(max_length=200, default="", db_default="", blank=True)
    state = models.CharField(max_length=12, choices=[(state.value, state.value) for state in State])
    amount_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="", blank=True)
    payment_token = models.CharField(max_length=200, default="", blank=True)
    reference = models.CharField(max_length=200, default="", blank=True)
    captured_minor = models.BigIntegerField(default=0)
    given_back_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    refusal_code = models.CharField(max_length=40, default="", blank=True)
    refusal_detail = models.TextField(default="", blank=True)
    queue = models.JSONField(default=list, blank=True)
    opened_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(refunded_minor__gte=0)
                & models.Q(refunded_minor__lte=models.F("captured_minor"))
                & models.Q(captured_minor__lte=models.F("amount_minor")),
                name="payments_payment_never_beyond",
                violation_error_message="no more is taken than asked, nor given back than taken",
            ),
        )

    def __str__(self) -> str:
        return f"payment for order {self.order_id}"

    @classmethod
    def locked(cls, order_id: str) -> Payment:
        """This gives the order's row, locked until the transaction ends; a new one if none."""
        row = cls.objects.select_for_update().filter(order_id=order_id).first()
        return row or cls(order_id=order_id, state=State.NEW)

    def aggregate(self) -> domain.Payment:
        """This gives the payment as the rules see it."""
        return domain.Payment(
            order_id=self.order_id,
            state=State(self.state),
            amount_minor=self.amount_minor,
            currency=self.currency,
            payment_token=self.payment_token,
            reference=self.reference,
            captured_minor=self.captured_minor,
            given_back_minor=self.given_back_minor,
            # Most payments have no refunds: their total, on the row, saves asking.
            refunds=dict(self.refunds.values_list("refund_id", "amount_minor"))
            if self.refunded_minor
            else {},
            refusal=domain.Refusal(code=self.refusal_code, detail=self.refusal_detail)
            if self.refusal_code
            else None,
            queue=[domain.Request(**request) for request in self.queue],
        )

    def keep(self, payment: domain.Payment) -> None:
        """This saves what the rules made of the payment."""
        added_minor = payment.refunded_minor - self.refunded_minor
        for name in ("state", "amount_minor", "currency", "payment_token", "reference"):
            setattr(self, name, getattr(payment, name))
        for name in ("captured_minor", "given_back_minor", "refunded_minor"):
            setattr(self, name, getattr(payment, name))
        if payment.refusal:
            self.refusal_code = payment.refusal.code
            self.refusal_detail = payment.refusal.detail
        self.queue = [asdict(request) for request in payment.queue]
        self.save()
        if added_minor:
            Refund.objects.bulk_create(
                (
                    Refund(payment=self, refund_id=refund_id, amount_minor=amount_minor)
                    for refund_id, amount_minor in payment.refunds.items()
                    if amount_minor
                ),
                ignore_conflicts=True,
            )


class Refund(models.Model):
    """This is a part of a payment that was given back under an id of its own."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    refund_id = models.CharField(max_length=100)
    amount_minor = models.BigIntegerField()
    refunded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["payment", "refund_id"], name="payments_refund_once"),
        )

    def __str__(self) -> str:
        return f"refund {self.refund_id}"


class SandboxAuthorisation(models.Model):
    """This is money that the sandbox holds, took, or let go of, in its own books."""

    class Standing(models.TextChoices):
        HELD = "held"
        CAPTURED = "captured"
        VOIDED = "voided"

    idempotency_key = models.CharField(max_length=255, unique=True)
    reference = models.CharField(max_length=64, unique=True)
    payment_token = models.CharField(max_length=200)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.HELD)

    def __str__(self) -> str:
        return f"{self.reference}, {self.standing}"


class SandboxRefund(models.Model):
    """This is money that the sandbox gave back."""

    idempotency_key = models.CharField(max_length=255, unique=True)
    authorisation = models.ForeignKey(
        SandboxAuthorisation, on_delete=models.PROTECT, related_name="refunds"
    )
    amount_minor = models.BigIntegerField()

    def __str__(self) -> str:
        return f"refund of {self.authorisation_id}"


class SandboxFailure(models.Model):
    """This counts how often the flaky card has failed under an idempotency key."""

    idempotency_key = models.CharField(max_length=255, unique=True)
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.failures} failures of {self.idempotency_key}"


ACCOUNTS = StreamKind(
    module="payments",
    category="payments.account",
    aggregate=Account,
    events=account_events.ACCOUNT_EVENTS,
    subject="account_id",
    code=(account_events,),
)

#: The customers' accounts; to open and to change them.
accounts = EventStore(ACCOUNTS)
