"""Who has sent a request: found out at the edge, from what the request shows.

In this order: a bearer token, the front's own where another process has passed the request on;
or the session's cookie, which browsers send along unasked, and which therefore counts for a
request that changes something only with the CSRF token beside it.
"""

import binascii
from base64 import urlsafe_b64decode
from functools import lru_cache

import msgspec
import structlog
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from modules.kernel.contracts import ANONYMOUS, Forbidden, Principal, PrincipalKind
from modules.kernel.http.problems import Unauthenticated
from modules.kernel.identity import BadToken, verifier
from modules.kernel.interfaces import wired
from modules.kernel.interfaces.tokens import TYPE, TokenRefused

_logger = structlog.get_logger("quarry.http")

#: Under which a session keeps the id of whoever uses it.
SUBJECT_IN_SESSION = "quarry_subject"
_SAFE = ("GET", "HEAD", "OPTIONS")
#: Longer than that of any token that is good; what is cut off here is none that is passed on.
_LONGEST_HEADER = 1_000


class CsrfFailed(Forbidden):
    """This says that a browser's request did not show that its page is one of ours."""

    code = "csrf-failed"


def authenticated(request: HttpRequest, *, module: str) -> Principal:
    """This gives who has sent a request for a module; `ANONYMOUS` where it shows nothing.

    Raises:
        Unauthenticated: what it shows is not good. It is not taken for showing nothing.
        CsrfFailed: a browser has sent it along with its cookie, and no page of ours has.
    """
    said = request.META.get("HTTP_AUTHORIZATION", "")
    if not said:
        return _of_session(request)
    scheme, _, token = said.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("the way to say who you are is: Authorization: Bearer …")
    try:
        if _type_of(token.partition(".")[0][:_LONGEST_HEADER]) == TYPE:
            return _passed_on(token, module=module)
        return verifier().principal(token)
    except (TokenRefused, BadToken) as error:
        _logger.warning("token_refused", module=module, reason=str(error))
        raise Unauthenticated("the token is not valid here, or not any more") from error


@lru_cache(maxsize=256)
def _type_of(header: str) -> object:
    """This gives what a token says that it is, which only chooses the rules that it is held to.

    Remembered: all tokens that were signed with one key begin with the same header.
    """
    try:
        said = msgspec.json.decode(urlsafe_b64decode(header + "=="))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return said.get("typ") if isinstance(said, dict) else None


def _passed_on(token: str, *, module: str) -> Principal:
    """This reads who asks from the token of the front, which has passed the request on."""
    verifier = wired().verifier
    if verifier is None:
        raise TokenRefused("QUARRY_INTERNAL_KEYS names no keys")
    caller = verifier.caller(token, audience=module)
    if caller.module != settings.QUARRY_FRONT or caller.principal is None:
        raise TokenRefused(f"{caller.module} may not say who has sent a request")
    return caller.principal


def _of_session(request: HttpRequest) -> Principal:
    # Without the cookie there is no session, and nothing need be looked up.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ANONYMOUS
    found = _in_session(request)
    if not found.is_anonymous and request.method not in _SAFE:
        _check_csrf(request)
    return found


def _in_session(request: HttpRequest) -> Principal:
    user = request.user
    if user.is_authenticated and user.is_staff:
        return Principal(
            kind=PrincipalKind.OPERATOR,
            subject=user.get_username(),
            scopes=frozenset(settings.QUARRY_SCOPES),
        )
    if not user.is_authenticated and SESSION_KEY in request.session:
        # The account was closed or deleted since. With the id that the session keeps of it,
        # whoever had it would go on in its name, as a guest does in theirs.
        request.session.flush()
        return ANONYMOUS
    subject = request.session.get(SUBJECT_IN_SESSION, "")
    if not subject:
        return ANONYMOUS
    return Principal(
        kind=PrincipalKind.CUSTOMER,
        subject=subject,
        scopes=frozenset(settings.QUARRY_SESSION_SCOPES),
    )


def is_guest(request: HttpRequest, principal: Principal) -> bool:
    """This is true of a customer who has shown a session, and no account."""
    return (
        principal.kind is PrincipalKind.CUSTOMER
        and not request.META.get("HTTP_AUTHORIZATION")
        and not request.user.is_authenticated
    )


class _Csrf(CsrfViewMiddleware):
    """This is Django's check, for every view: also for those that are made for programs."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        raise CsrfFailed(f"{reason} Reload the page, and try again.")


_csrf = _Csrf(lambda request: HttpResponse())


def _check_csrf(request: HttpRequest) -> None:
    _csrf.process_request(request)
    _csrf.process_view(request, _checked, (), {})


def _checked(request: HttpRequest) -> HttpResponse:
    """This is a view that is not exempt."""
    return HttpResponse()
