"""Sending webhooks. What a receiver does not take is tried again by the log, later and later.

Its later messages of the same order wait behind it; those of other orders go on, but an endpoint
that has just failed, or was slow, is left alone for a while, whatever there is for it.
"""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from modules.kernel.contracts import Unavailable
from modules.kernel.messaging import Delivery, RetryPolicy
from modules.partners import queries, use_cases
from modules.partners.contracts.commands import SendWebhook
from modules.partners.domain.addresses import ForbiddenTarget, target_of
from modules.partners.domain.signing import signed_headers
from modules.partners.outward.posting import NotAnswered, post

#: Longer than a delivery is tried before it is held, which is after days; the message then has an
#: end, so that it is not parked.
RETRY = RetryPolicy(attempts=10_000, first=timedelta(seconds=1), longest=timedelta(minutes=5))


class WebhookNotTaken(Unavailable):
    """This says why a receiver has not taken a message; it is sent again."""

    code = "webhook-not-taken"


@dataclass(frozen=True, slots=True)
class Sent:
    """This is what came of a message.

    Attributes:
        status: what the receiver answered; 0 where nothing was sent.
        seconds: what that took.
    """

    status: int
    seconds: float = 0.0


def send(command: SendWebhook, delivery: Delivery) -> Sent:
    """This sends one message, unless it is held, or its endpoint is disabled, resting or gone."""
    now = timezone.now()
    job = queries.job(command.delivery_id, now=now)
    if job is None or not job.is_wanted:
        return Sent(0)
    if job.resting_until is not None and now < job.resting_until:
        raise WebhookNotTaken(f"{job.url} has just failed, or was slow, and is left alone")
    headers = signed_headers(
        webhook_id=job.webhook_id, sent_at=now, body=job.body, secrets=job.secrets
    )
    status, error = 0, ""
    began_at = time.monotonic()
    try:
        target = target_of(job.url, private_allowed=settings.PARTNERS_WEBHOOKS_TO_PRIVATE_ADDRESSES)
        status = post(
            target,
            body=job.body,
            headers=headers,
            seconds=settings.PARTNERS_WEBHOOKS_TIMEOUT_SECONDS,
            private_allowed=settings.PARTNERS_WEBHOOKS_TO_PRIVATE_ADDRESSES,
        )
    except (ForbiddenTarget, NotAnswered) as problem:
        error = str(problem)
    seconds = time.monotonic() - began_at
    if 200 <= status < 300:
        return Sent(status, seconds)
    error = error or f"it answered {status}"
    if use_cases.note_failed_attempt(
        delivery_id=command.delivery_id,
        status=status,
        error=error,
        seconds=seconds,
        began_at=now,
        now=timezone.now(),
    ):
        raise WebhookNotTaken(f"{job.url}: {error}")
    return Sent(0)


def record(command: SendWebhook, sent: Sent, delivery: Delivery) -> None:
    if sent.status:
        use_cases.note_sent(
            delivery_id=command.delivery_id,
            status=sent.status,
            seconds=sent.seconds,
            now=timezone.now(),
        )
    else:
        use_cases.put_on_hold(delivery_id=command.delivery_id)
