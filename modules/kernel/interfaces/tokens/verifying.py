"""Verifying: whose call it is, or a refusal."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from joserfc import jws
from joserfc.errors import JoseError

from modules.kernel.contracts import Principal
from modules.kernel.interfaces.tokens.claims import (
    ALGORITHM,
    TokenRefused,
    check_claims,
    check_header,
    principal_of,
)
from modules.kernel.interfaces.tokens.keys import KeyFolder

_LONGEST = 2_000
_REMEMBERED = 5_000


class Caller(NamedTuple):
    """This is what a good token says.

    Attributes:
        module: that has made the call.
        expires_at: seconds since 1970.
        principal: for whom it was made; None for the module itself.
    """

    module: str
    expires_at: int
    principal: Principal | None = None


_NOBODY = Caller("", 0)


class Verifier:
    """This verifies tokens that are meant for the modules of this process. Threads share it.

    Args:
        clock: gives seconds since 1970.
    """

    def __init__(
        self, keys: KeyFolder, *, issuer: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._clock = clock
        #: Tokens with a good signature and good claims, by what they were verified for: a caller
        #: uses one for many calls, and a signature costs more than all the rest of a call.
        self._verified: dict[tuple[str, str], Caller] = {}

    def caller(self, token: str, *, audience: str) -> Caller:
        """This gives the module that made a call, and for whom.

        Raises:
            TokenRefused: with the reason, which is for this side's log only.
        """
        now = self._clock()
        caller = self._verified.get((token, audience), _NOBODY)
        if now < caller.expires_at:
            return caller
        caller = self._verify(token, audience, now)
        if len(self._verified) >= _REMEMBERED:
            self._verified.clear()
        self._verified[token, audience] = caller
        return caller

    def _verify(self, token: str, audience: str, now: float) -> Caller:
        if len(token) > _LONGEST:
            raise TokenRefused(f"it is longer than {_LONGEST} characters")
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError, RecursionError) as error:
            raise TokenRefused(f"it is no token: {error}") from error
        kid = check_header(header)
        found = self._keys.public(kid)
        if found is None:
            raise TokenRefused(f"nobody here knows the key {kid!r}")
        owner, key = found
        try:
            payload = jws.deserialize_compact(token, key, algorithms=[ALGORITHM]).payload
            claims: dict[str, Any] = msgspec.json.decode(payload, type=dict[str, Any])
        except (JoseError, ValueError, RecursionError) as error:
            raise TokenRefused(f"its signature or its claims are wrong: {error}") from error
        check_claims(claims, issuer=self._issuer, audience=audience, owner=owner, now=now)
        return Caller(owner, claims["exp"], principal_of(claims))
