"""How often sending is tried, and how long one attempt may take."""

from datetime import timedelta

#: Within this time a sender has finished or is dead. Longer than a mail server's time-out,
#: so that a slow server does not have a second sender start beside the first.
LEASE = timedelta(minutes=2)

#: With the pauses below, more than a day.
ATTEMPTS = 12

_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(hours=6)


def pause_after(attempts: int) -> timedelta | None:
    """This gives the pause after that many failed attempts; None when they were enough."""
    if attempts >= ATTEMPTS:
        return None
    return min(_FIRST_PAUSE * (1 << (2 * (attempts - 1))), _LONGEST_PAUSE)
