"""Passing a request on to the process that has the module, and the response back, in streams.

Where it goes is said by the module's location, and by nothing in the request. Who asks goes
along in the short-lived token of calls between processes, in place of what the client had shown.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, Any, cast

import urllib3
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from modules.kernel.contracts import Principal, Unavailable
from modules.kernel.http.limiting import address_of
from modules.kernel.http.problems import problem_response
from modules.kernel.interfaces import spans, wire, wired
from modules.kernel.interfaces.locations import Location
from modules.kernel.interfaces.tokens import KeysMissing
from modules.kernel.manifests import Route

#: Headers between two neighbours, which are none of the request's (RFC 9110, 7.6.1), and those
#: that are made anew.
_NOT_FORWARDED = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "host",
    "content-length",
    "accept-encoding",
    "content-encoding",
    "server",
    "date",
}
#: What is between the client and the front: the module is told who asks, and sets no cookies.
_OF_THE_FRONT = {"authorization", "cookie", "set-cookie", "forwarded"}
#: A response that is known to be no longer is read whole, which is quicker, and is then known to
#: be whole before anything of it is sent.
_AT_ONCE_BYTES = 256 * 1024
_CHUNK_BYTES = 64 * 1024


class CannotForward(Unavailable):
    """This says that the front has no key to say who asks."""

    code = "cannot-forward"


def forward(
    request: HttpRequest, *, module: str, route: Route, location: Location, principal: Principal
) -> HttpResponseBase:
    """This passes a request to a module that runs elsewhere, and its response back."""
    try:
        received = wired().transport.exchange(
            request.method or "GET",
            location.url,
            request.get_full_path(),
            body=_body_of(request),
            headers=_headers_of(request) | _identity(module, principal),
            seconds=route.timeout_seconds,
            preload=False,
        )
        if is_cut_off(received):
            raise Unavailable(f"{module} ended while it answered", module=module)
        return _response(received, module=module)
    except Unavailable as error:
        return problem_response(error)


def shadow_of(
    request: HttpRequest, *, module: str, route: Route, url: str, principal: Principal
) -> Callable[[], int]:
    """This gives what asks another release what a request has asked, and gives its status.

    For requests without a body. Raises: CannotForward; and, when it asks, Unavailable.
    """
    method, path = request.method or "GET", request.get_full_path()
    headers = _headers_of(request) | _identity(module, principal)
    transport = wired().transport

    def ask() -> int:
        received = transport.exchange(
            method, url, path, body=b"", headers=headers, seconds=route.timeout_seconds
        )
        return received.status

    return ask


def is_cut_off(received: urllib3.BaseHTTPResponse) -> bool:
    """This is true of what is left when a process is killed while it sends its headers.

    Without them nothing tells that the body is missing, and it would go on as an empty one.
    """
    told = {"content-length", "transfer-encoding"} & {name.lower() for name in received.headers}
    return not told and received.status not in (204, 304)


def _identity(module: str, principal: Principal) -> dict[str, str]:
    if principal.is_anonymous:
        return {}
    signer, front = wired().signer, settings.QUARRY_FRONT
    if signer is None:
        raise CannotForward("QUARRY_INTERNAL_KEYS names no keys to tell who asks", module=module)
    try:
        token = signer.token(caller=front, audience=module, principal=principal)
    except KeysMissing as error:
        raise CannotForward(str(error), module=module) from error
    return {wire.AUTHORIZATION: wire.BEARER + token}


def _body_of(request: HttpRequest) -> bytes | IO[bytes]:
    if not request.META.get("CONTENT_LENGTH"):
        return b""
    if hasattr(request, "_body"):
        return request.body  # It was read already, by a view whose module has moved since.
    return cast("IO[bytes]", request)


def _headers_of(request: HttpRequest) -> dict[str, str]:
    headers = dict(_end_to_end(request.headers))
    if length := request.META.get("CONTENT_LENGTH"):
        headers["Content-Length"] = length
    headers["X-Forwarded-Host"] = request.get_host()
    headers["X-Forwarded-Proto"] = request.scheme or "http"
    if address := address_of(request):
        headers["X-Forwarded-For"] = address
    traceparent, _ = spans.around()
    if traceparent:
        headers[wire.TRACE] = traceparent
    return headers


def _end_to_end(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    named = {name.strip().lower() for name in headers.get("Connection", "").split(",")}
    left_out = _NOT_FORWARDED | _OF_THE_FRONT | named
    return ((name, value) for name, value in headers.items() if name.lower() not in left_out)


def _response(received: urllib3.BaseHTTPResponse, *, module: str) -> HttpResponseBase:
    length = received.headers.get("Content-Length", "")
    response: HttpResponseBase
    if length.isdecimal() and int(length) <= _AT_ONCE_BYTES:
        response = HttpResponse(_whole(received, module), status=received.status)
    else:
        response = StreamingHttpResponse(_chunks(received), status=received.status)
    del response.headers["Content-Type"]
    for name, value in _end_to_end(cast("Any", received.headers)):
        response.headers[name] = value
    if length and not received.headers.get("Content-Encoding"):
        # So that the client, too, can tell a body that was cut off.
        response.headers["Content-Length"] = length
    return response


def _whole(received: urllib3.BaseHTTPResponse, module: str) -> bytes:
    try:
        return received.data
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable(f"{module} ended while it answered: {error}", module=module) from error


def _chunks(received: urllib3.BaseHTTPResponse) -> Iterable[bytes]:
    try:
        yield from received.stream(_CHUNK_BYTES)
    finally:
        received.close()
        received.release_conn()
