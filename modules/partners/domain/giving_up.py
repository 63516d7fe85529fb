"""How long an endpoint is tried that does not answer, or is slow to, and how often."""

from datetime import datetime, timedelta

#: After a failure the endpoint is left alone for a while, however much there is for it: a
#: receiver that is down must not be asked once for each order. What is sent at the same time is one
#: failure.
_FIRST_REST = timedelta(seconds=1)
_LONGEST_REST = timedelta(minutes=1)

#: A receiver that takes longer is slow. All are told by the same few threads, so for each second of
#: it the others of other partners get this many.
_PROMPT_SECONDS = 1.0
_OTHERS_SHARE = 9

#: What a receiver answers that wants nothing any more (RFC 9110, 15.5.11; Standard Webhooks).
GONE = 410


def rest_after(failures: int) -> timedelta:
    """This gives how long an endpoint is left alone after so many failures in a row."""
    return min(_FIRST_REST * (1 << min(failures - 1, 10)), _LONGEST_REST)


def rest_after_slow(seconds: float, *, endpoints: int) -> timedelta:
    """This gives how long an endpoint is left alone after an attempt that took so long.

    Args:
        endpoints: of its partner, who has no more of a thread's time with many than with one.
    """
    if seconds <= _PROMPT_SECONDS:
        return timedelta(0)
    return timedelta(seconds=seconds * _OTHERS_SHARE * endpoints)


def reason_to_disable(
    *, status: int, failing_since: datetime, now: datetime, after: timedelta
) -> str:
    """This says why an endpoint is disabled by now; empty while it is not."""
    if status == GONE:
        return "it answered 410: it wants nothing any more"
    if now - failing_since >= after:
        return f"every attempt has failed since {failing_since:%Y-%m-%d %H:%M} UTC"
    return ""
