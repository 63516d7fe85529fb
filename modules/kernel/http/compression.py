"""Compressing what front ends answer: JSON, and not what a session's cookie has asked for.

Whoever can have a browser send requests with its cookie, and sees how long the answers are, can
read secrets out of compressed ones letter by letter. A token is sent by programs only.
Source: BREACH (Gluck, Harris and Prado 2013).
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from modules.kernel.http.problems import CONTENT_TYPE
from modules.kernel.manifests import Route

_COMPRESSED = ("application/json", CONTENT_TYPE)
_gzip = GZipMiddleware(lambda request: HttpResponse())


def compressed(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """This compresses an answer where that is asked for, safe and worth it.

    Server-Sent Events are left as they are: a proxy that decompresses would hold them back.
    """
    route: Route | None = getattr(request, "route", None)
    if (
        route is None
        or not route.bff
        or settings.SESSION_COOKIE_NAME in request.COOKIES
        or response.headers.get("Content-Type", "") not in _COMPRESSED
    ):
        return response
    return _gzip.process_response(request, response)
