"""Sending: a mail reaches its reader once.

    claim   the row becomes ``sending`` with a lease, committed: no second sender begins
    compose ordering is asked, outside any transaction
    send    through Django's mail API, with a Message-ID made of order and kind
    mark    the row becomes ``sent``

A mail server and a database cannot commit together. A sender that dies between *send* and
*mark* leaves the row ``sending``; when the lease has run out the periodic task sends the
mail again, under the same Message-ID, by which the receiving side drops the second copy.
So: at least once to the mail server, once before the reader's eyes. The other choice, to
mark first, would lose mails without a trace.
"""

from datetime import datetime
from enum import StrEnum

import structlog
from django.db.models import F

from modules.kernel.messaging import unit_of_work
from modules.notifications.domain.attempts import LEASE, pause_after
from modules.notifications.domain.letters import Kind
from modules.notifications.models import Mail
from modules.notifications.use_cases.compose_mail import compose_mail

_logger = structlog.get_logger("quarry.notifications")


class Outcome(StrEnum):
    """This is what became of an attempt."""

    SENT = "sent"
    #: It was sent before, is being sent by another, or is not due.
    DUPLICATE = "duplicate"
    FAILED = "failed"


def send_mail(*, mail_id: int, now: datetime) -> Outcome:
    """This sends a mail that is due; what goes wrong is recorded and tried again later."""
    mail = _claim(mail_id, now)
    if mail is None:
        return Outcome.DUPLICATE
    try:
        message = compose_mail(order_id=mail.order_id, kind=Kind(mail.kind))
        message.send()
    except Exception as error:
        # Whatever it was, the row has to say so, or it would wait out its lease in silence.
        _record_failure(mail, error, now)
        return Outcome.FAILED
    with unit_of_work("notifications"):
        Mail.objects.filter(pk=mail_id).update(
            state=Mail.State.SENT, sent_at=now, recipient=message.to[0], last_error=""
        )
    return Outcome.SENT


def try_again(*, mail_ids: list[int], now: datetime) -> int:
    """This makes mails that were given up due again, and gives how many they are."""
    with unit_of_work("notifications"):
        return Mail.objects.filter(pk__in=mail_ids, state=Mail.State.GIVEN_UP).update(
            state=Mail.State.DUE, attempts=0, due_at=now
        )


def _claim(mail_id: int, now: datetime) -> Mail | None:
    with unit_of_work("notifications"):
        is_claimed = Mail.objects.filter(
            pk=mail_id, state__in=(Mail.State.DUE, Mail.State.SENDING), due_at__lte=now
        ).update(state=Mail.State.SENDING, due_at=now + LEASE, attempts=F("attempts") + 1)
        return Mail.objects.get(pk=mail_id) if is_claimed else None


def _record_failure(mail: Mail, error: Exception, now: datetime) -> None:
    pause = pause_after(mail.attempts)
    state = Mail.State.GIVEN_UP if pause is None else Mail.State.DUE
    with unit_of_work("notifications"):
        # By the attempt as well: a sender whose lease ran out must not undo the next one's.
        Mail.objects.filter(pk=mail.pk, state=Mail.State.SENDING, attempts=mail.attempts).update(
            state=state, due_at=now + (pause or LEASE), last_error=repr(error)
        )
    _logger.warning(
        "mail_not_sent",
        order_id=mail.order_id,
        kind=mail.kind,
        attempts=mail.attempts,
        state=state.value,
        error=repr(error),
    )
