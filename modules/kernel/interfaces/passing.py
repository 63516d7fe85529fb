"""A call that came to where a module was, passed on to where it is.

Between two deployables, once: what is not there either is for the caller to look for. The token
goes along as it came: it says who calls, and for which module, wherever that runs.
"""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from modules.kernel.interfaces import wire, wiring
from modules.kernel.interfaces.errors import AnswerLost, NotReached
from modules.kernel.interfaces.locations import Location
from modules.kernel.resilience import AttemptTimedOut

#: How long a call without a time of its own may take.
_LONGEST_SECONDS = 30.0

#: What is passed on as it came, by its name in WSGI.
_PASSED = {
    "CONTENT_TYPE": "Content-Type",
    **{
        wire.in_environ(name): name
        for name in (wire.AUTHORIZATION, wire.CORRELATION, wire.TRACE, wire.EPOCH)
    },
}
_PASSED_ON = wire.in_environ(wire.PASSED_ON)
_EPOCH = wire.in_environ(wire.EPOCH)


class Outgoing(NamedTuple):
    """This is the response to a call."""

    status: int
    body: bytes
    content_type: str = "text/plain"
    retry_after_seconds: int = 0


def epoch_in(environ: Mapping[str, Any]) -> int:
    """This gives the epoch of the call's place, as its caller knows it; 0 for none."""
    sent: str = environ.get(_EPOCH, "")
    return int(sent) if sent.isdecimal() else 0


def passed_on(
    location: Location,
    path: str,
    body: bytes,
    environ: Mapping[str, Any],
    *,
    deadline: float | None,
) -> Outgoing:
    """This has a call answered by another process, and gives its answer as it is.

    Args:
        path, environ: see `serving.answer`.
    """
    module = path.partition("/")[0]
    if environ.get(_PASSED_ON):
        return Outgoing(wire.MOVED, f"{module} is not here".encode())
    seconds = min(deadline - time.monotonic(), _LONGEST_SECONDS) if deadline else _LONGEST_SECONDS
    if seconds <= 0:
        return Outgoing(wire.TOO_LATE, b"the time was over before the call was passed on")
    headers = {header: environ[name] for name, header in _PASSED.items() if environ.get(name)}
    headers |= {wire.PASSED_ON: "1", wire.TIMEOUT: str(max(int(seconds * 1000), 1))}
    if epoch_in(environ) < location.epoch:
        headers[wire.EPOCH] = str(location.epoch)
    try:
        response = wiring.wired().transport.exchange(
            "POST",
            location.url,
            urlsplit(location.url).path + wire.PREFIX + path,
            body=body,
            headers=headers,
            seconds=seconds,
        )
    except NotReached as error:
        return Outgoing(wire.TOO_LATE, error.detail.encode())
    except AnswerLost as error:
        return Outgoing(wire.LOST, error.detail.encode())
    except AttemptTimedOut as error:
        return Outgoing(wire.NO_ANSWER, error.detail.encode())
    asked = response.headers.get("Retry-After", "")
    return Outgoing(
        response.status,
        response.data,
        response.headers.get("Content-Type", "text/plain"),
        int(asked) if asked.isdecimal() else 0,
    )
