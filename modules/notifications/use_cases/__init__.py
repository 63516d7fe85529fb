"""The write side: an occasion is recorded, later the mail for it is composed and sent."""

from modules.notifications.use_cases.record_mail import record_mail
from modules.notifications.use_cases.send_mail import Outcome, send_mail, try_again

__all__ = ["record_mail", "send_mail", "try_again", "Outcome"]
