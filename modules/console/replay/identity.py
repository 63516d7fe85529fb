"""Who a replay is: a program of the house, which plays all customers at the prices of the book."""

import time
from collections.abc import Callable

from django.conf import settings

from modules.console.replay.client import ReplayError
from modules.kernel.contracts import PrincipalKind
from modules.kernel.identity import SigningKeysMissing, issuing

SCOPES = ("orders:write", "orders:read", "orders:import", "catalog:write", "inventory:write")
_LIFETIME_SECONDS = 1_800
_USED_SECONDS = _LIFETIME_SECONDS / 2


def token_source(given: str = "") -> Callable[[], str]:
    """This gives what makes a replay's tokens: the one that was given, or new ones in time.

    Raises:
        ReplayError: none was given, and this installation gives none out by itself.
    """
    if given:
        return lambda: given
    if not settings.QUARRY_TOKEN_COMMAND:
        raise ReplayError(
            f"a replay needs a bearer token with the scopes {' '.join(SCOPES)}: name one in "
            "QUARRY_REPLAY_TOKEN"
        )
    made: list[tuple[float, str]] = []

    def token() -> str:
        now = time.monotonic()
        if not made or now - made[-1][0] > _USED_SECONDS:
            made.append((now, _signed()))
        return made[-1][1]

    return token


def _signed() -> str:
    try:
        return issuing().token(
            subject="replay",
            scopes=SCOPES,
            kind=PrincipalKind.SERVICE,
            client_id="replay_orders",
            lifetime_seconds=_LIFETIME_SECONDS,
        )
    except SigningKeysMissing as error:
        raise ReplayError(str(error)) from error
