"""Reading one's own writes over HTTP, by a header that goes forth and back.

A write's answer has ``X-Write-Token``. A request that sends it back is answered from read
models that have that write, or with 503 ``read-model-behind`` after a deadline
(``X-Read-Deadline-Ms``, which can only shorten it). What was read from a read model says where,
and how stale it was.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from modules.kernel.http.problems import problem_response
from modules.kernel.messaging.write_tokens import BadToken, collecting, parse
from modules.kernel.readmodels.reading import DEADLINE_SECONDS, Wanted, wanting

TOKEN = "X-Write-Token"
_DEADLINE = "X-Read-Deadline-Ms"
#: More digits than a deadline can need: Python refuses to read a number of thousands.
_DIGITS_MAX = 9


class WriteTokenMiddleware:
    """This gives tokens to writers, and holds readers' requests until their write is seen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            sent = request.headers.get(TOKEN, "")
            tokens = parse(sent) if sent else ()
            deadline_seconds = _deadline(request.headers.get(_DEADLINE, ""))
        except BadToken as problem:
            return problem_response(problem)
        with collecting() as written, wanting(tokens, deadline_seconds=deadline_seconds) as wanted:
            response = self.get_response(request)
        if written:
            response.headers[TOKEN] = ",".join(str(token) for token in written.values())
        _tell(wanted, response)
        return response


def _deadline(text: str) -> float:
    if not text:
        return DEADLINE_SECONDS
    if not text.isdecimal() or len(text) > _DIGITS_MAX:
        raise BadToken(f"{_DEADLINE} is a number of milliseconds, not {text[:20]!r}")
    return min(int(text) / 1000, DEADLINE_SECONDS)


def _tell(wanted: Wanted, response: HttpResponse) -> None:
    if not wanted.places:
        return
    places, lags = wanted.places.values(), wanted.lags.values()
    staleness = [place.staleness_seconds for place in places] + [lag.seconds for lag in lags]
    response.headers["X-Read-From"] = ",".join(
        sorted({"replica" if place.is_replica else "primary" for place in places})
    )
    response.headers["X-Read-Staleness-Ms"] = str(round(max(staleness) * 1000))
    response.headers["X-Read-Behind"] = str(max(lag.positions for lag in lags))
    if notes := sorted({place.note for place in places} - {""}):
        response.headers["X-Read-Note"] = ",".join(notes)
