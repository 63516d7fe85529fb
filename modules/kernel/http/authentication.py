"""Who has sent a request: found out at the edge, from what the request shows."""

import structlog
from django.conf import settings
from django.http import HttpRequest

from modules.kernel.contracts import ANONYMOUS, Principal
from modules.kernel.http.problems import Unauthenticated
from modules.kernel.interfaces import wire, wired
from modules.kernel.interfaces.tokens import TokenRefused

_logger = structlog.get_logger("quarry.http")


def authenticated(request: HttpRequest, *, module: str) -> Principal:
    """This gives who has sent a request for a module; `ANONYMOUS` where it shows nothing.

    Raises:
        Unauthenticated: what it shows is not good. It is not taken for showing nothing.
    """
    said = request.META.get("HTTP_AUTHORIZATION", "")
    if not said:
        return ANONYMOUS
    if not said.startswith(wire.BEARER):
        raise Unauthenticated("the way to say who you are is: Authorization: Bearer …")
    return _passed_on(said[len(wire.BEARER) :], module=module)


def _passed_on(token: str, *, module: str) -> Principal:
    """This reads who asks from the token of the front, which has passed the request on."""
    verifier = wired().verifier
    try:
        if verifier is None:
            raise TokenRefused("QUARRY_INTERNAL_KEYS names no keys")
        caller = verifier.caller(token, audience=module)
        if caller.module != settings.QUARRY_FRONT or caller.principal is None:
            raise TokenRefused(f"{caller.module} may not say who has sent a request")
    except TokenRefused as error:
        _logger.warning("token_refused", module=module, reason=str(error))
        raise Unauthenticated("the token is not valid here, or not any more") from error
    return caller.principal
