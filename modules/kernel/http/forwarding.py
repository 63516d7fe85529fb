"""The URLs of modules that run elsewhere, at the front: each request goes there and back.

Taken from the manifests' routes, so that the front has the same URLs whatever runs where. What
runs here is never reached this way.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import urllib3
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from modules.kernel.contracts import Unavailable
from modules.kernel.http.problems import problem_response
from modules.kernel.interfaces import spans, wire, wired
from modules.kernel.manifests import read_manifest

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
#: As long as somebody waits at a browser.
_WAIT_SECONDS = 30.0


def forwarded_urls() -> Iterator[URLPattern]:
    """This gives a pattern for each route of each module that runs elsewhere, at the front."""
    for module in settings.QUARRY_LOCATIONS if settings.QUARRY_FORWARDS else ():
        manifest = Path(settings.ROOT, "modules", module, "module.toml")
        if module not in settings.QUARRY_MODULES and manifest.exists():
            for route in read_manifest(manifest).routes:
                yield path(route.path, _forwards_to(module))


def _forwards_to(module: str) -> Callable[..., HttpResponseBase]:
    @csrf_exempt  # The module that answers looks after its own.
    def forward(request: HttpRequest, **_: object) -> HttpResponseBase:
        """This passes a request to the module and its response back."""
        works_with = wired()
        location = works_with.locations.of(module)
        try:
            response = works_with.transport.exchange(
                request.method or "GET",
                location.url,
                request.get_full_path(),
                body=request.body,
                headers=_headers_of(request),
                seconds=_WAIT_SECONDS,
            )
        except Unavailable as error:
            return problem_response(error)
        if is_cut_off(response):
            return problem_response(Unavailable(f"{module} ended while it answered", module=module))
        return _response(response)

    return forward


def is_cut_off(received: urllib3.BaseHTTPResponse) -> bool:
    """This is true of what is left when a process is killed while it sends its headers.

    Without them nothing tells that the body is missing, and it would go on as an empty one.
    """
    told = {"content-length", "transfer-encoding"} & {name.lower() for name in received.headers}
    return not told and received.status not in (204, 304)


def _headers_of(request: HttpRequest) -> dict[str, str]:
    headers = {
        name: value for name, value in request.headers.items() if name.lower() not in _NOT_FORWARDED
    }
    headers["X-Forwarded-Host"] = request.get_host()
    headers["X-Forwarded-Proto"] = request.scheme or "http"
    if address := request.META.get("REMOTE_ADDR"):
        headers["X-Forwarded-For"] = address
    traceparent, _ = spans.around()
    if traceparent:
        headers[wire.TRACE] = traceparent
    return headers


def _response(received: urllib3.BaseHTTPResponse) -> HttpResponse:
    response = HttpResponse(received.data, status=received.status)
    del response.headers["Content-Type"]
    for name, value in received.headers.items():
        if name.lower() not in _NOT_FORWARDED:
            response.headers[name] = value
    return response
