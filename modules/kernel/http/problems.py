"""Errors as problem details (RFC 9457): the one place where they meet HTTP.

Every `Problem` of a contract, and every error of Django REST framework, becomes
``{"type", "title", "status", "detail", "code", …facts}`` with the content type
``application/problem+json``.
"""

from collections.abc import Sequence
from http import HTTPStatus
from math import ceil
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from modules.kernel.contracts import Conflict, Forbidden, Invalid, NotFound, Problem, Unavailable
from modules.kernel.interfaces.errors import RemoteCallError
from modules.kernel.messaging.write_tokens import BadToken
from modules.kernel.placements import is_moved_away
from modules.kernel.resilience import AttemptTimedOut

_logger = structlog.get_logger("quarry.http")

CONTENT_TYPE = "application/problem+json"


class TooManyRequests(Problem):
    """This says that a client has asked as often as it may, and when it may go on."""

    code = "too-many-requests"
    title = "Too many requests"


class BodyTooLarge(Problem):
    """This says that a body is larger than its route takes; it has not been read."""

    code = "body-too-large"
    title = "The body is too large"


class Unauthenticated(Forbidden):
    """This says that whoever asks must first show, or show better, who they are."""

    code = "unauthenticated"
    title = "Say who you are"


_STATUS = {
    BadToken: HTTPStatus.BAD_REQUEST,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Forbidden: HTTPStatus.FORBIDDEN,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class DatabaseUnavailable(Unavailable):
    """This says that the database is away, or has ended the transaction; nothing was changed."""

    code = "database-unavailable"
    title = "The database is not available"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """This is Django REST framework's `EXCEPTION_HANDLER`."""
    if is_moved_away(error):
        set_rollback()
        return None  # The edge answers the request anew, where the module is now.
    if isinstance(error, Problem):
        set_rollback()
        return _response(problem_details(error), problem_headers(error))
    if isinstance(error, OperationalError | InterfaceError):
        # Not a bug of the request: the same one may pass when the database is back.
        _logger.exception("database_unavailable")
        away = DatabaseUnavailable("the database did not answer; try again in a moment")
        return _response(problem_details(away), {"Retry-After": "1"})
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    headers = {}
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]  # Throttled has it
    return _response(_api_problem(error), headers)


def problem_details(error: Problem) -> dict[str, Any]:
    """This gives the problem details of an error of a contract."""
    facts, detail = error.facts, error.detail
    if isinstance(error, RemoteCallError | AttemptTimedOut):
        # They name hosts, ports and paths of the inside, which is for this side's log only.
        _logger.warning("call_failed", code=error.code, detail=error.detail, facts=error.facts)
        facts, detail = {}, "what answers this could not be asked; try again in a moment"
    status = next(
        (status for kind, status in _STATUS.items() if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    # The facts first: one that is called as a member of RFC 9457 must not take its place.
    return {
        **facts,
        "type": f"urn:quarry:problem:{error.code}",
        "title": error.title,
        "status": int(status),
        "detail": detail,
        "code": error.code,
    }


def problem_headers(error: Problem) -> dict[str, str]:
    """This gives the headers that go with an error: when to come again, how to say who one is."""
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if seconds := getattr(error, "retry_after_seconds", None):
        headers["Retry-After"] = str(max(1, ceil(seconds)))
    return headers


def problem_response(error: Problem) -> JsonResponse:
    """This gives the response for an error of a contract, outside Django REST framework."""
    details = problem_details(error)
    return JsonResponse(
        details,
        status=details["status"],
        content_type=CONTENT_TYPE,
        headers=problem_headers(error),
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """This is the 404 handler for URLs that no module serves: a page for people's browsers."""
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        return defaults.page_not_found(request, exception)
    return problem_response(NotFound(f"nothing is served at {request.path}"))


def method_not_allowed(request: HttpRequest, allowed: Sequence[str]) -> JsonResponse:
    """This is the response to a method that a URL does not have."""
    error = exceptions.MethodNotAllowed(request.method or "")
    return JsonResponse(
        _api_problem(error),
        status=error.status_code,
        content_type=CONTENT_TYPE,
        headers={"Allow": ", ".join(allowed)},
    )


def _api_problem(error: exceptions.APIException) -> dict[str, Any]:
    code = error.default_code.replace("_", "-")
    details: dict[str, Any] = {
        "type": f"urn:quarry:problem:{code}",
        "title": HTTPStatus(error.status_code).phrase,
        "status": error.status_code,
        "code": code,
    }
    if isinstance(error, exceptions.ValidationError):
        details |= {
            "type": "urn:quarry:problem:invalid-request",
            "title": Invalid.title,
            "code": Invalid.code,
            "detail": "some fields are missing or wrong; see errors",
            "errors": error.detail,
        }
    else:
        details["detail"] = str(error.detail)
    return details


def _response(details: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(details, status=details["status"], headers=headers, content_type=CONTENT_TYPE)
