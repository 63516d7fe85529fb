"""Who is logged in is who the work of a request is done for; every message says so."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from modules.kernel.messaging.context import on_behalf_of


class ActorMiddleware:
    """This names the user of the session, where there is one; stands behind authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without the cookie nobody is logged in, and nobody need be looked up.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            with on_behalf_of(f"user:{request.user.get_username()}"):
                return self.get_response(request)
        return self.get_response(request)
