"""The edge: every request, before its view and after it. What comes in is decided on here, once.

A request has been resolved to a pattern; the route table says whose it is and for whom. Who asks
is found out, and whether they may. Where the module runs now is asked for each request: here, then
its view answers; elsewhere, then the request is passed on.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import URLPattern, path
from django.utils.cache import patch_vary_headers

from modules.kernel.contracts import ANONYMOUS, Principal, Problem, Unavailable
from modules.kernel.http.access import (
    UndeclaredRoute,
    check_access,
    check_size,
    operator_without_login,
)
from modules.kernel.http.authentication import authenticated, is_guest
from modules.kernel.http.compression import compressed
from modules.kernel.http.cors import answer_preflight, cross_origin_headers, is_preflight
from modules.kernel.http.forwarding import forward, shadow_of
from modules.kernel.http.limiting import address_of, rate_limits
from modules.kernel.http.principals import principal_of
from modules.kernel.http.problems import Unauthenticated, method_not_allowed, problem_response
from modules.kernel.http.releases import cast_shadow, casts_shadow, release_for
from modules.kernel.http.route_table import Entry, route_table
from modules.kernel.interfaces import Location, answer_within, ask_as, asked_by, location_of
from modules.kernel.manifests import Audience
from modules.kernel.messaging.context import caused_by, current_causes, name_actor
from modules.kernel.placements import Fenced, Moved, is_moved_away, placements

#: A body that is no longer is kept when it is passed on, and can be passed on once more.
_KEPT_BYTES = 256 * 1024
#: How often a request is answered anew; each time it waits until its module is somewhere.
_ANEW = 4

GetResponse = Callable[[HttpRequest], HttpResponseBase]

_logger = structlog.get_logger("quarry.http")


class EdgeMiddleware:
    """This is the edge as a middleware; stands before CSRF, a matter of who answers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.table = route_table()
        # Now, while there is one thread: of several that ask first at the same time, all but one
        # find the client of Redis half imported, and each would count for itself.
        rate_limits()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.principal = ANONYMOUS  # type: ignore[attr-defined]  # read by `principal_of`
        # Both are said again, of somebody, as soon as the route is known.
        with asked_by(ANONYMOUS), caused_by(current_causes()):
            response = self.get_response(request)
        for name, value in getattr(request, "said_by_edge", {}).items():
            if name == "Vary":
                patch_vary_headers(response, [value])
            else:
                response.headers[name] = value
        return compressed(request, response)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """This decides who answers the request; None leaves it to the view."""
        match = request.resolver_match
        entries = self.table.methods_of(match.route) if match else {}
        if not entries:
            _logger.error("undeclared_route", route=match.route if match else "")
            return problem_response(UndeclaredRoute(f"{request.path} is in no module.toml"))
        if is_preflight(request):
            return answer_preflight(request, entries)
        said = cross_origin_headers(request, entries.values())
        # So that a page of another origin can read a refusal, too.
        request.said_by_edge = said  # type: ignore[attr-defined]  # read in `__call__`
        method = request.method or ""
        if method == "OPTIONS":
            return None
        entry = entries.get("GET" if method == "HEAD" else method)
        if entry is None:
            return method_not_allowed(request, sorted(entries))
        request.route = entry.route  # type: ignore[attr-defined]  # read by `compressed`
        finds_out_itself = entry.route.audience is Audience.INTERNAL
        if finds_out_itself and not entry.route.limit:
            return None
        try:
            check_size(entry.route, request.META.get("CONTENT_LENGTH"))
            principal = ANONYMOUS if finds_out_itself else self._admitted(request, entry)
            counted = _counted(request, entry, principal)
            taken = rate_limits().take(entry, counted, address=address_of(request))
        except Unauthenticated as error:
            return _to_login(request, entry) or problem_response(error)
        except Problem as error:
            return problem_response(error)
        said |= (taken.headers if taken else {}) | entry.route.headers
        if finds_out_itself:
            return None
        elsewhere = self._elsewhere(request, entry, principal)
        if elsewhere is None:
            # Whatever the view asks of others has to be there by then.
            answer_within(entry.route.timeout_seconds)
        return elsewhere

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """This answers a request anew whose module was moved away under its view.

        The view was refused its writes, and its transaction was rolled back: nothing is done.
        """
        match = request.resolver_match
        entry = self.table.find(match.route, request.method or "") if match else None
        if match is None or entry is None or not is_moved_away(error):
            return None
        refused = error if isinstance(error, Fenced | Moved) else _being_moved(entry)
        for _ in range(_ANEW):
            _logger.info("dispatched_anew", route=entry.name, reason=refused.code)
            placements().refresh()
            elsewhere = self._elsewhere(request, entry, principal_of(request))
            if elsewhere is not None:
                return elsewhere
            try:  # It is here after all: it has come back, or the move was given up.
                answered: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
            except Exception as again:
                if not is_moved_away(again):
                    raise
            else:
                return answered
        return problem_response(refused)

    def _admitted(self, request: HttpRequest, entry: Entry) -> Principal:
        principal = authenticated(request, module=entry.module)
        if entry.route.audience is Audience.STAFF:
            principal = operator_without_login() or principal
        check_access(entry.route, principal)
        request.principal = principal  # type: ignore[attr-defined]  # as above
        ask_as(principal)
        name_actor(principal.actor)
        return principal

    def _elsewhere(
        self, request: HttpRequest, entry: Entry, principal: Principal
    ) -> HttpResponseBase | None:
        if not entry.module:
            return None
        for left in reversed(range(_ANEW)):
            try:
                location = location_of(entry.module)
            except Unavailable as error:  # It is being moved, and was not there in time.
                return problem_response(error)
            if location.is_here:
                # Read now, so that it can be passed on if the module is moved away under its view.
                if request.META.get("CONTENT_LENGTH"):
                    _ = request.body
                return None
            client = principal.actor or address_of(request)
            location = release_for(client, module=entry.module, location=location)
            can_be_repeated = _keep_body(request)
            response = forward(
                request,
                module=entry.module,
                route=entry.route,
                location=location,
                principal=principal,
            )
            if not left or not can_be_repeated or not _has_moved_on(response):
                _cast_shadow(request, entry, location, principal, client, response.status_code)
                return response
            placements().refresh()
        raise AssertionError("the last response is given back")


def _counted(request: HttpRequest, entry: Entry, principal: Principal) -> Principal:
    """This gives whose limits a request comes under; `ANONYMOUS` for those of its address.

    By its address where whoever asks could be somebody else each time: a guest, who has a new id
    for the asking, and anybody at a route that is open to all and has a limit of its own, such
    as for passwords to be tried.
    """
    is_open = entry.route.audience is Audience.PUBLIC and bool(entry.route.limit)
    return ANONYMOUS if is_open or is_guest(request, principal) else principal


def _keep_body(request: HttpRequest) -> bool:
    """This keeps a body that is short, and tells whether the request can be passed on again."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > _KEPT_BYTES:
        return hasattr(request, "_body")
    _ = request.body
    return True


def _cast_shadow(
    request: HttpRequest,
    entry: Entry,
    location: Location,
    principal: Principal,
    client: str,
    status: int,
) -> None:
    """This asks the module's other release as well, if the settings say so; only what reads."""
    url = casts_shadow(client, module=entry.module, location=location)
    if url and request.method in ("GET", "HEAD") and status != HTTPStatus.SERVICE_UNAVAILABLE:
        ask = shadow_of(
            request, module=entry.module, route=entry.route, url=url, principal=principal
        )
        cast_shadow(ask, module=entry.module, route=entry.name, status=status)


def _has_moved_on(response: HttpResponseBase) -> bool:
    """This is true where a module says that it is not where it was asked: nothing was done."""
    return (
        response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        and isinstance(response, HttpResponse)
        and any(f':{kind.code}"'.encode() in response.content for kind in (Fenced, Moved))
    )


def _being_moved(entry: Entry) -> Fenced:
    return Fenced(
        f"{entry.module} is being moved: nothing was changed, ask again in a moment",
        module=entry.module,
    )


def _to_login(request: HttpRequest, entry: Entry) -> HttpResponseBase | None:
    """This sends a person to where they can log in; None for a program, which is told."""
    is_staff = entry.route.audience is Audience.STAFF
    is_person = is_staff or "text/html" in request.headers.get("Accept", "")
    if request.method != "GET" or not is_person or "Authorization" in request.headers:
        return None
    login = resolve_url("admin:login" if is_staff else settings.LOGIN_URL)
    return redirect_to_login(request.get_full_path(), login)


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
