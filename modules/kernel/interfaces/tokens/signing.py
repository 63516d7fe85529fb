"""Signing: a caller's token for a module, made anew long before it expires."""

import time
from collections.abc import Callable
from typing import Any

from joserfc import jwt

from modules.kernel.contracts import Principal
from modules.kernel.interfaces.tokens.claims import (
    ALGORITHM,
    LIFETIME_SECONDS,
    PRINCIPAL,
    TYPE,
    claim_of,
)
from modules.kernel.interfaces.tokens.keys import KeyFolder

#: A token is used for so long: what is left of its life covers clocks that are apart, and the way.
_USED_SECONDS = LIFETIME_SECONDS / 2
#: So many at most are kept: there may be as many as people who ask.
_KEPT = 5_000


class Signer:
    """This signs for the modules of this process. Threads share it.

    Args:
        clock: gives seconds since 1970.
    """

    def __init__(
        self, keys: KeyFolder, *, issuer: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._clock = clock
        self._made: dict[tuple[str, str, Principal | None], tuple[float, str]] = {}

    def token(self, *, caller: str, audience: str, principal: Principal | None = None) -> str:
        """This gives a token that says that the one module calls the other, and for whom.

        A signature costs more than the rest of a call, so calls of half a minute share one:
        it says nothing of a single call.

        Raises:
            KeysMissing: this process has no key of the caller.
        """
        now = self._clock()
        made_at, token = self._made.get((caller, audience, principal), (0.0, ""))
        if not 0 <= now - made_at < _USED_SECONDS:
            token = self._sign(caller, audience, principal, int(now))
            if len(self._made) >= _KEPT:
                self._made.clear()
            self._made[caller, audience, principal] = (now, token)
        return token

    def _sign(self, caller: str, audience: str, principal: Principal | None, now: int) -> str:
        key = self._keys.private(caller)
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "sub": caller,
            "aud": audience,
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME_SECONDS,
        }
        if principal is not None:
            claims[PRINCIPAL] = claim_of(principal)
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])
