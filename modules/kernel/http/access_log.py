"""The access log: one line for each request, with nothing in it that could be used or misused.

A route is told as the table has it, and not as it was asked for: paths and queries have names,
addresses and sometimes secrets in them.
"""

import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from modules.kernel.contracts import Principal
from modules.kernel.http.limiting import address_of
from modules.kernel.http.principals import principal_of

_logger = structlog.get_logger("quarry.access")

#: Asked for every few seconds by machines; that they were is of no interest to anybody.
_PROBES = ("/healthz", "/readyz", "/metrics")


class AccessLogMiddleware:
    """This tells of each request, if the settings say so; stands around all that takes time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.QUARRY_ACCESS_LOG:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        if request.path_info not in _PROBES:
            match = request.resolver_match
            _logger.info(
                "request",
                request_id=response.headers.get("X-Correlation-Id", ""),
                method=request.method,
                route=match.route if match else "",
                client=_told(principal_of(request), address_of(request)),
                status=response.status_code,
                duration_ms=round((time.perf_counter() - began) * 1000, 2),
            )
        return response


def _told(who: Principal, address: str) -> str:
    """This tells who has asked: a subject is an id, and an address is said of nobody known."""
    if not who.subject:
        return f"{who.kind}:{address}"
    return f"{who.actor} {who.client_id}".rstrip()
