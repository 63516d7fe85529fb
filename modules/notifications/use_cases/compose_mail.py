"""The words of a mail. Asks ordering for what the event did not say."""

import re

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from modules.kernel import interfaces
from modules.notifications.domain.amounts import formatted
from modules.notifications.domain.letters import (
    Kind,
    address_of,
    message_id,
    money_returned,
    reason_for,
    subject_of,
)
from modules.ordering.contracts import Ordering


def compose_mail(*, order_id: str, kind: Kind) -> EmailMultiAlternatives:
    """This writes the mail with the order as it is now.

    It may have moved on since the event: the words of each kind hold for every state that
    can follow it.

    Raises:
        UnknownOrder: ordering has no such order.
    """
    order = interfaces.get(Ordering).order(order_id=order_id)
    subject = subject_of(kind)
    context = {
        "order": order,
        "subject": subject,
        "lines": [
            {
                "name": line.name or line.sku,
                "quantity": line.quantity,
                "total": ""
                if line.total_minor is None
                else formatted(line.total_minor, order.currency),
            }
            for line in order.lines
        ],
        "total": formatted(order.total_minor, order.currency),
        "reason": reason_for(order),
        "money_returned": money_returned(order),
    }
    mail = EmailMultiAlternatives(
        subject=subject,
        body=_plain(render_to_string(f"notifications/{kind}.txt", context)),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address_of(order.customer_id)],
        headers={
            "Message-ID": message_id(
                order_id=order_id, kind=kind, domain=settings.NOTIFICATIONS_MAIL_DOMAIN
            ),
            # RFC 3834: keeps answering machines from answering.
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(render_to_string(f"notifications/{kind}.html", context), "text/html")
    return mail


def _plain(text: str) -> str:
    # A template's tags leave empty lines behind where they stood.
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
