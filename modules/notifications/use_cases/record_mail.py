"""An event becomes a mail to be sent."""

from datetime import datetime
from functools import partial

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

from modules.kernel.messaging import unit_of_work
from modules.notifications.domain.letters import Kind
from modules.notifications.models import Mail

_logger = structlog.get_logger("quarry.notifications")


def record_mail(*, order_id: str, kind: Kind, now: datetime) -> bool:
    """This records that the customer is to be written to, and has it done in the background.

    Nothing is asked of ordering here: the transaction is held for one row, and ordering may
    be out of reach without keeping the event waiting.

    Returns:
        False if there is a mail for this occasion already.
    """
    with unit_of_work("notifications") as work:
        mail, is_new = Mail.objects.get_or_create(
            order_id=order_id, kind=kind, defaults={"recorded_at": now, "due_at": now}
        )
        if is_new:
            work.after_commit(partial(_start_sending, mail.pk))
        return is_new


def _start_sending(mail_id: int) -> None:
    # By its name: tasks stand above use cases.
    try:
        current_app.send_task("notifications.send_mail", args=[mail_id])
    except OperationalError as error:
        # The row is committed, so nothing is lost: the periodic task finds it.
        _logger.warning("task_broker_unreachable", mail_id=mail_id, error=repr(error))
