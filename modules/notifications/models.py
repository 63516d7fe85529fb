"""The table of notifications: a row for every mail that an order gives occasion for."""

from django.db import models

from modules.notifications.domain.letters import Kind


class Mail(models.Model):
    """This is one mail, from the occasion until it is sent.

    Attributes:
        due_at: when it may be sent: at once at first, after a pause when an attempt failed,
            and while it is being sent the end of the sender's lease.
        attempts: how many have begun.
    """

    class State(models.TextChoices):
        DUE = "due", "to be sent"
        SENDING = "sending", "being sent"
        SENT = "sent", "sent"
        GIVEN_UP = "given_up", "given up: waits for an operator"

    order_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=[(kind, kind.value) for kind in Kind])
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    recorded_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    recipient = models.CharField(max_length=320, default="")
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["order_id", "kind"], name="notifications_mail_one"),
        )
        indexes = (models.Index(fields=["state", "due_at"], name="notifications_mail_due"),)

    def __str__(self) -> str:
        return f"{self.kind} for order {self.order_id} ({self.state})"
