"""Pages of other origins: which of them a front end answers to, by the route table.

What may be asked is what the table says of a path, so a preflight is answered from there, and no
list of methods can differ from it. Without `QUARRY_ORIGINS` there are no other origins.
Source: the Fetch standard, CORS protocol.
"""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from modules.kernel.http.route_table import Entry

#: What a program may send, and what it may see of an answer.
_SENT = (
    "Authorization, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID, X-CSRFToken, "
    "X-Write-Token"
)
_SEEN = (
    "Deprecation, ETag, Location, RateLimit, RateLimit-Policy, Retry-After, Sunset, "
    "X-Correlation-Id, X-Write-Token"
)
_REMEMBERED_SECONDS = 600
#: The front end whose clients are known by a cookie.
_WITH_COOKIES = "web"


def is_preflight(request: HttpRequest) -> bool:
    """This is true of a browser that asks whether a page may ask."""
    return (
        request.method == "OPTIONS"
        and "Origin" in request.headers
        and "Access-Control-Request-Method" in request.headers
    )


def answer_preflight(request: HttpRequest, entries: Mapping[str, Entry]) -> HttpResponse:
    """This says what a page may ask for at a path; nothing, if its origin is not named."""
    response = HttpResponse(status=204)
    headers = cross_origin_headers(request, entries.values())
    if "Access-Control-Allow-Origin" in headers:
        headers |= {
            "Access-Control-Allow-Methods": ", ".join(sorted(entries)),
            "Access-Control-Allow-Headers": _SENT,
            "Access-Control-Max-Age": str(_REMEMBERED_SECONDS),
        }
    for name, value in headers.items():
        response.headers[name] = value
    return response


def cross_origin_headers(request: HttpRequest, entries: Iterable[Entry]) -> dict[str, str]:
    """This gives what an answer says to the page that has asked for it."""
    named: dict[str, list[str]] = settings.QUARRY_ORIGINS
    if not named:
        return {}
    fronts = {front for entry in entries for front in entry.route.bff}
    believed = {origin for front in fronts for origin in named.get(front, ())}
    if not believed:
        return {}
    headers = {"Vary": "Origin"}
    origin = request.headers.get("Origin", "")
    if origin in believed:
        headers |= {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": _SEEN}
        if _WITH_COOKIES in fronts:
            headers["Access-Control-Allow-Credentials"] = "true"
    return headers
