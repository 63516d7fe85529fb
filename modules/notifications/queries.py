"""The read side: which mails there are for an order, and which are left to send."""

from dataclasses import dataclass
from datetime import datetime

from modules.notifications.models import Mail


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStatus:
    """This is where a mail stands.

    Attributes:
        status: due, sending, sent or given_up.
    """

    kind: str
    status: str
    sent_at: datetime | None


def mails_of(order_id: str) -> tuple[MailStatus, ...]:
    """This gives an order's mails in the order of their occasions."""
    return tuple(
        MailStatus(kind=mail.kind, status=mail.state, sent_at=mail.sent_at)
        for mail in Mail.objects.filter(order_id=order_id).order_by("id")
    )


def mails_left_behind(*, now: datetime, limit: int) -> tuple[int, ...]:
    """This gives the ids of mails that could be sent and are not being sent, oldest first."""
    return tuple(
        Mail.objects.filter(state__in=(Mail.State.DUE, Mail.State.SENDING), due_at__lte=now)
        .order_by("due_at")
        .values_list("id", flat=True)[:limit]
    )
