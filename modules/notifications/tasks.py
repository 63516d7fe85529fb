"""The background work of notifications. Run by Celery, or by the embedded driver's threads."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from modules.kernel.tasks import Periodic
from modules.notifications import queries, use_cases

_SWEEP = "notifications.send_mails_left_behind"
_MAILS_A_SWEEP = 100

PERIODIC = (Periodic(task=_SWEEP, every=timedelta(seconds=10)),)


@shared_task(name="notifications.send_mail")
def send_mail(mail_id: int) -> str:
    """This sends one mail; started when the event that it tells of has been recorded."""
    return use_cases.send_mail(mail_id=mail_id, now=timezone.now())


@shared_task(name=_SWEEP)
def send_mails_left_behind() -> int:
    """This sends what is due and not being sent: a pause is over, a sender died, a task was lost.

    Returns:
        How many were sent.
    """
    left_behind = queries.mails_left_behind(now=timezone.now(), limit=_MAILS_A_SWEEP)
    outcomes = [use_cases.send_mail(mail_id=mail_id, now=timezone.now()) for mail_id in left_behind]
    return outcomes.count(use_cases.Outcome.SENT)
