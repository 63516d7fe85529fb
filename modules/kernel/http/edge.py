"""The edge: every request, before its view and after it. What comes in is decided on here, once.

A request has been resolved to a pattern; the route table says whose it is. Where that module runs
now is asked for each request: here, then its view answers; elsewhere, then the request is passed
on. A view of a module that is moved away under it is refused its writes, and rolled back: the
request is then answered anew, at the new place.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

from modules.kernel.contracts import ANONYMOUS, Unavailable
from modules.kernel.http.authentication import authenticated
from modules.kernel.http.forwarding import forward
from modules.kernel.http.principals import principal_of
from modules.kernel.http.problems import Unauthenticated, problem_response
from modules.kernel.http.route_table import Entry, route_table
from modules.kernel.interfaces import ask_as, asked_by, location_of
from modules.kernel.manifests import Audience

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class EdgeMiddleware:
    """This is the edge as a middleware; stands before CSRF, a matter of who answers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.table = route_table()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.principal = ANONYMOUS  # type: ignore[attr-defined]  # read by `principal_of`
        with asked_by(ANONYMOUS):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """This decides who answers the request; None leaves it to the view."""
        match = request.resolver_match
        entry = self.table.find(match.route, request.method or "") if match else None
        if entry is None or not entry.module or entry.route.audience is Audience.INTERNAL:
            return None
        try:
            principal = authenticated(request, module=entry.module)
        except Unauthenticated as error:
            return problem_response(error)
        request.principal = principal  # type: ignore[attr-defined]  # as above
        ask_as(principal)
        return self._elsewhere(request, entry)

    def _elsewhere(self, request: HttpRequest, entry: Entry) -> HttpResponseBase | None:
        try:
            location = location_of(entry.module)
        except Unavailable as error:  # It is being moved, and was not there in time.
            return problem_response(error)
        if location.is_here:
            return None
        return forward(
            request,
            module=entry.module,
            route=entry.route,
            location=location,
            principal=principal_of(request),
        )


def urls_elsewhere() -> list[URLPattern]:
    """This gives a pattern for each route of the modules whose code is not here, at the front."""
    if not settings.QUARRY_FORWARDS:
        return []
    paths = {
        entry.route.path: None
        for entry in route_table().entries
        if entry.module and entry.module not in settings.QUARRY_MODULES
    }
    return [path(one, _never_reached) for one in paths]


def _never_reached(request: HttpRequest, **_: Any) -> HttpResponseBase:
    """This answers where the module is said to be here, and its code is not."""
    return problem_response(
        Unavailable(
            f"nothing here serves {request.path}: say with QUARRY_MODULES_… where its module runs"
        )
    )
